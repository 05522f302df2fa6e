//! A client that sends bytes as they are and shows what comes back.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Client(TcpStream);

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Everything until the server closes.
    pub(crate) async fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        self.0.read_to_end(&mut all).await.map(|_| all)
    }

    /// What comes next; nothing once the server has closed.
    pub(crate) async fn some(&mut self) -> io::Result<Vec<u8>> {
        let mut space = [0; 4096];
        let length = self.0.read(&mut space).await?;
        Ok(space[..length].to_vec())
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn close_side(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// The connection itself, for another protocol.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.0
    }

    /// One answer, whose length the head tells; not for HEAD.
    pub(crate) async fn answer(&mut self) -> io::Result<Answer> {
        let head = self.head().await?;
        let mut answer = Answer { status: head[9..12].parse().unwrap(), head, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        answer.body = vec![0; length];
        self.0.read_exact(&mut answer.body).await?;
        Ok(answer)
    }

    /// The next chunk of a body that comes in chunks; empty after the last.
    pub(crate) async fn chunk(&mut self) -> io::Result<String> {
        let mut length = Vec::new();
        while !length.ends_with(b"\r\n") {
            length.push(self.0.read_u8().await?);
        }
        let length = usize::from_str_radix(String::from_utf8(length).unwrap().trim(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.0.read_exact(&mut chunk).await?;
        chunk.truncate(length);
        Ok(String::from_utf8(chunk).unwrap())
    }

    /// The head of an answer.
    pub(crate) async fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await?);
        }
        Ok(String::from_utf8(head).unwrap())
    }
}

/// Sends one request on a connection of its own.
pub(crate) async fn exchange(address: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    let mut client = Client::connect(address).await;
    client.send(request).await;
    client.answer().await.unwrap()
}
