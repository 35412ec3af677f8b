import {describe, expect, test} from 'vitest';
import {Family, newMark} from '../../src/transport/family.ts';
import {FakeTable, FakeTree} from './fake-table.ts';

const MARK = 'ONESHOT_RUN_0011223344556677';
/** No system gives out such a number. */
const ROOT = 5_000_000;

function familyIn(table: FakeTable, rootPid: number | null = ROOT): Family {
  return new Family({table, rootPid, mark: MARK});
}

const root = {pid: ROOT, parentPid: process.pid, command: 'agent'};

const pidsOf = (members: {pid: number}[]) => members.map(({pid}) => pid).toSorted((a, b) => a - b);

test('every mark is a name of its own', () => {
  expect(newMark()).toMatch(/^ONESHOT_RUN_[0-9a-f]{16}$/);
  expect(newMark()).not.toBe(newMark());
});

describe.each([
  ['from a list of all', FakeTable],
  ['where descendants are told', FakeTree],
])('a family, %s,', (_, Table) => {
  test('is the root and its descendants, however deep', async () => {
    const table = new Table(
      {pid: ROOT + 3, parentPid: ROOT + 2},
      {pid: ROOT + 2, parentPid: ROOT + 1},
      {pid: ROOT + 1, parentPid: ROOT},
      root,
      {pid: ROOT - 10, parentPid: 1},
      {pid: ROOT - 11, parentPid: process.pid},
    );
    expect(pidsOf(await familyIn(table).look())).toEqual([ROOT, ROOT + 1, ROOT + 2, ROOT + 3]);
    expect((await familyIn(table).look()).find(({pid}) => pid === ROOT)?.command).toBe('agent');
  });

  test('keeps those who have lost their parents, and finds what they start', async () => {
    const table = new Table(root, {pid: ROOT + 1, parentPid: ROOT}, {pid: ROOT + 2, parentPid: ROOT + 1});
    const family = familyIn(table);
    await family.look();
    table.processes.delete(ROOT);
    table.processes.delete(ROOT + 1);
    table.add({pid: ROOT + 2, parentPid: 1});
    table.add({pid: ROOT + 3, parentPid: ROOT + 2});
    expect(pidsOf(await family.look())).toEqual([ROOT + 2, ROOT + 3]);
  });

  test('that has met its root knows what that has started, though its parent is gone', async () => {
    const table = new FakeTable(root, {pid: ROOT + 1, parentPid: ROOT});
    const family = familyIn(table);
    await family.meetRoot();
    await familyIn(table, null).meetRoot();
    expect(table.looks).toBe(1);
    table.add({...root, parentPid: 1});
    expect(pidsOf(await family.look())).toEqual([ROOT, ROOT + 1]);
    expect(await familyIn(table).look()).toEqual([]);
  });

  test('has those with the mark and their descendants once it is looked for', async () => {
    const table = new Table(
      {pid: ROOT + 1, parentPid: 1, variables: ['PATH', MARK]},
      {pid: ROOT + 2, parentPid: ROOT + 1},
      {pid: ROOT + 3, parentPid: 1, variables: ['ONESHOT_RUN_ffffffffffffffff']},
      {pid: ROOT + 4, parentPid: 1, command: `sh -c ${MARK}=1`},
    );
    const family = familyIn(table, null);
    expect(await family.look()).toEqual([]);
    expect(pidsOf(await family.lookFully())).toEqual([ROOT + 1, ROOT + 2]);
    expect(pidsOf(await family.look())).toEqual([ROOT + 1, ROOT + 2]);
  });

  test('takes nobody for a member whose number comes again', async () => {
    const table = new Table(root, {pid: ROOT + 1, parentPid: ROOT});
    const family = familyIn(table);
    await family.look();
    table.add({pid: ROOT, parentPid: process.pid, startedAt: '2'});
    table.add({pid: ROOT + 1, parentPid: 1, startedAt: '2'});
    expect(await family.lookFully()).toEqual([]);
    expect(await family.rootPid()).toBeNull();
  });

  test('takes nobody for the root whom another has started', async () => {
    const table = new Table({pid: ROOT, parentPid: 1});
    expect(await familyIn(table).lookFully()).toEqual([]);
    const adopted = new Family({table, rootPid: ROOT, mark: MARK, rootParentPid: 1});
    expect(pidsOf(await adopted.look())).toEqual([ROOT]);
  });

  test('knows its root by the mark where it has another parent by now', async () => {
    const table = new Table({...root, parentPid: 1, variables: [MARK]});
    const family = familyIn(table);
    expect(await family.rootPid()).toBeNull();
    await family.lookFully();
    expect(await family.rootPid()).toBe(ROOT);
    table.add({...root, isZombie: true});
    expect(await family.rootPid()).toBeNull();
  });

  test('has no zombies, though their children', async () => {
    const table = new Table({...root, isZombie: true}, {pid: ROOT + 1, parentPid: ROOT});
    expect(pidsOf(await familyIn(table).look())).toEqual([ROOT + 1]);
  });

  test('never has this very process', async () => {
    const table = new Table(root, {pid: process.pid, parentPid: ROOT, variables: [MARK]});
    expect(pidsOf(await familyIn(table).lookFully())).toEqual([ROOT]);
    expect(await familyIn(table, process.pid).lookFully()).toEqual([]);
  });

  test('says which members are still there', async () => {
    const table = new Table(root, {pid: ROOT + 1, parentPid: ROOT}, {pid: ROOT + 2, parentPid: ROOT});
    const family = familyIn(table);
    const members = await family.look();
    table.processes.delete(ROOT + 1);
    table.add({pid: ROOT + 2, parentPid: 1, startedAt: '2'});
    expect(pidsOf(await family.stillThere(members))).toEqual([ROOT]);
  });
});

test('a look by descent needs no list of all processes where the system tells it otherwise', async () => {
  const table = new FakeTree(root, {pid: ROOT + 1, parentPid: ROOT});
  const family = familyIn(table);
  expect(pidsOf(await family.look())).toEqual([ROOT, ROOT + 1]);
  expect(table.looks).toBe(0);
  await family.lookFully();
  expect(table.looks).toBe(1);
});
