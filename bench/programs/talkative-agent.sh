# talkative-agent.sh: speaks as Cline 2 does, keeps the files of the task $TASK_ID in $HOME, leaves a process behind and
# never ends.
folder=$HOME/.cline/data/tasks/$TASK_ID
mkdir -p "$folder"
setsid sleep 1800 </dev/null >/dev/null 2>&1 &
echo "{\"type\":\"task_started\",\"taskId\":\"$TASK_ID\"}"
while :; do
  echo "{\"type\":\"say\",\"say\":\"text\",\"text\":\"still at work\",\"ts\":$(date +%s%3N)}" | tee -a "$folder/ui_messages.json"
  sleep 0.05
done
