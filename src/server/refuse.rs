//! What connections get that there is no place for: an answer at once, whatever they ask, and then the end.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::ticker;
use crate::base::time::WallLimit;

/// The answer, whole, as nothing is read that could change it.
const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
content-type: application/json\r\n\
content-length: 56\r\n\
retry-after: 1\r\n\
connection: close\r\n\
\r\n\
{\"error\":\"as many connections are open as there may be\"}";

/// How long a client may take to read it.
const PARTING: WallLimit = WallLimit::from_secs(1);

/// Answers and closes. What the client has sent is read, but no more than a head can have: a connection that is closed with
/// something unread is reset, and the answer may be lost.
pub(super) async fn refuse(mut stream: TcpStream, head: usize) {
    // How this ends is the client's business.
    let _ = ticker::within(PARTING, async {
        stream.write_all(ANSWER).await?;
        stream.shutdown().await?;
        let (mut space, mut read) = ([0; 1024], 0);
        while read < head {
            match stream.read(&mut space).await? {
                0 => break,
                more => read += more,
            }
        }
        Ok::<_, std::io::Error>(())
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_length_that_it_tells() {
        let text = std::str::from_utf8(ANSWER).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
        assert!(serde_json::from_str::<serde_json::Value>(body).unwrap()["error"].is_string());
    }
}
