//! The words of the generator, for test programs that read bytes.

use std::io::{self, BufWriter, Write};

use maruyama_dynamics::noise::{LANES, Purpose, Stream, StreamKey};

/// How words of several streams follow each other.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// One chain alone.
    Chain,
    /// Sixteen neighbouring chains in turn: the lanes of a vector.
    Chains,
    /// One chain in sixteen neighbouring experiments, in turn.
    Keys,
    /// The first word of each chain: what the seeding by Philox gives.
    First,
}

impl Order {
    /// The order called `name`.
    pub fn new(name: &str) -> Option<Order> {
        match name {
            "chain" => Some(Order::Chain),
            "chains" => Some(Order::Chains),
            "keys" => Some(Order::Keys),
            "first" => Some(Order::First),
            _ => None,
        }
    }
}

/// Writes words of the experiment `key`, or of sixteen around it, in little-endian order until the
/// reader has enough.
pub fn write(order: Order, key: u64) -> io::Result<()> {
    let stream = |key: u64, chain: u64| Stream::new(StreamKey(key), chain, Purpose::Brownian);
    let lanes = 0..LANES as u64;
    let mut streams: Vec<Stream> = match order {
        Order::Chain => vec![stream(key, 0)],
        Order::Chains => lanes.map(|lane| stream(key, lane)).collect(),
        Order::Keys => lanes.map(|lane| stream(16 * key + lane, 0)).collect(),
        Order::First => Vec::new(),
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if matches!(order, Order::First) {
        for chain in 0.. {
            out.write_all(&stream(key, chain).next_u64().to_le_bytes())?;
        }
    }
    loop {
        for stream in &mut streams {
            out.write_all(&stream.next_u64().to_le_bytes())?;
        }
    }
}
