// lines COUNT INTERVAL_US OBJECT_BYTES nl|none [println|bufwriter]: as lines.c. `println` is Rust's own stdout, which flushes
// at each line end wherever it goes; `bufwriter` is the usual way around that, in blocks of 8 KiB.
use std::io::{stdout, BufWriter, Write};
use std::time::Duration;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

const CLOCK_MONOTONIC: i32 = 1;

fn now_ns() -> i64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(CLOCK_MONOTONIC, &mut time) };
    time.seconds * 1_000_000_000 + time.nanoseconds
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |index: usize| arguments[index].parse::<u64>().unwrap();
    let (count, interval_us, size) = (number(1), number(2), number(3) as usize);
    let end = if arguments[4] == "nl" { "\n" } else { "" };
    let mut out: Box<dyn Write> = match arguments.get(5).map(String::as_str) {
        Some("bufwriter") => Box::new(BufWriter::new(stdout())),
        _ => Box::new(stdout()),
    };
    for n in 1..=count {
        let head = format!("{{\"type\":\"tick\",\"n\":{},\"at\":\"{}\",\"pad\":\"", n, now_ns());
        let left = size.saturating_sub(head.len() + 2 + end.len());
        write!(out, "{}{}\"}}{}", head, "x".repeat(left), end).unwrap();
        if n < count && interval_us > 0 {
            std::thread::sleep(Duration::from_micros(interval_us));
        }
    }
    out.flush().unwrap();
}
