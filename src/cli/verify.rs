//! `rehearsal verify`: whether a captured request is signed as it should be, and what is wrong if not.

use std::io::{self, Read as _};
use std::path::Path;

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Terminal, VerifyArgs};
use crate::base::secret::Secret;
use crate::report::Exit;
use crate::server::ticker;
use crate::signing::verify::Received;

/// The longest request that is read, in bytes.
const MOST: u64 = 64 * 1024 * 1024;
/// What stands for standard input.
const STDIN: &str = "-";

/// Checks one request.
///
/// # Errors
/// If a stream fails.
pub(super) fn run(args: &VerifyArgs, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let name = args.file.display();
    for secret in &args.secrets {
        if let Err(why) = args.scheme.check(secret) {
            terminal.remark(&format!("error: the secret {why}, so it is no key for `{}`", args.scheme.name))?;
            return Ok(Exit::Invalid);
        }
    }
    let bytes = match read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            terminal.remark(&format!("error: failed to read {name}: {error}"))?;
            return Ok(Exit::Invalid);
        }
    };
    let (headers, body) = match parse(&bytes) {
        Ok(request) => request,
        Err(why) => {
            terminal.remark(&format!("error: {name} is no captured request: {why}"))?;
            return Ok(Exit::Invalid);
        }
    };
    let secrets: Vec<&Secret> = args.secrets.iter().collect();
    let received = Received { headers: &headers, url: args.url.as_deref(), body };
    let now = args.at.map_or_else(|| ticker::now().as_secs(), |at| u64::try_from(at.as_secs()).unwrap_or_default());
    let tolerance = args.tolerance.as_duration().as_secs();
    let judged = args.scheme.verify(received, &secrets, now, tolerance);
    let verdict = match &judged {
        Ok(()) => format!("{name}: good, signed by `{}`\n", args.scheme.name),
        Err(flaw) => format!("{name}: not good by `{}`: {flaw}\n", args.scheme.name),
    };
    terminal.data(&verdict)?;
    Ok(if judged.is_ok() { Exit::Met } else { Exit::Missed })
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new(STDIN) {
        io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(file)?.take(MOST + 1).read_to_end(&mut bytes)?;
    }
    match bytes.len() as u64 > MOST {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {MOST} bytes"))),
        false => Ok(bytes),
    }
}

/// Why bytes are no request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
enum Malformed {
    #[error("no empty line ends its headers")]
    Endless,
    #[error("line 1 is no request line, such as `POST /hook HTTP/1.1`")]
    Start,
    #[error("line {0} is no header, such as `webhook-id: msg_1`")]
    Header(usize),
}

/// The headers and the body of a request as it came over the wire. Lines of the head may end with `\n` alone, as editors
/// leave them; what comes after the body, by its `content-length`, does not belong to it.
fn parse(bytes: &[u8]) -> Result<(HeaderMap, &[u8]), Malformed> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let mut trimmed = || lines.next().map(|line| (line.len(), line.trim_ascii_end()));
    let (mut read, first) = trimmed().ok_or(Malformed::Start)?;
    let first = std::str::from_utf8(first).map_err(|_| Malformed::Start)?;
    let words: Vec<&str> = first.split(' ').collect();
    if !matches!(words.as_slice(), [_, _, version] if version.starts_with("HTTP/")) {
        return Err(Malformed::Start);
    }
    let mut headers = HeaderMap::new();
    for number in 2.. {
        let (length, line) = trimmed().ok_or(Malformed::Endless)?;
        read += length;
        if line.is_empty() {
            break;
        }
        let bad = || Malformed::Header(number);
        let at = line.iter().position(|byte| *byte == b':').ok_or_else(bad)?;
        let name = HeaderName::from_bytes(&line[..at]).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).map_err(|_| bad())?;
        headers.append(name, value);
    }
    let body = &bytes[read..];
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    Ok((headers, body.get(..length.unwrap_or(body.len())).unwrap_or(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_apart_as_it_came() {
        let check = |text: &str, expected: Result<(usize, &str), Malformed>| {
            let found =
                parse(text.as_bytes()).map(|(headers, body)| (headers.len(), std::str::from_utf8(body).unwrap()));
            assert_eq!(found, expected, "{text:?}");
        };
        check("POST /x HTTP/1.1\r\na: 1\r\nB:2 \r\n\r\n{}\r\n", Ok((2, "{}\r\n")));
        check("POST /x HTTP/1.1\na: 1\n\n{}", Ok((1, "{}")));
        check("POST /x HTTP/1.1\n\n", Ok((0, "")));
        check("POST /x HTTP/1.1\na: 1\na: 2\n\n\n\n", Ok((2, "\n\n")));
        check("POST /x HTTP/1.1\ncontent-length: 2\n\n{}\n", Ok((1, "{}")));
        check("POST /x HTTP/1.1\ncontent-length: 3\n\n{}", Ok((1, "{}")));
        check("", Err(Malformed::Start));
        check("{}", Err(Malformed::Start));
        check("HTTP/1.1 200 OK\r\n\r\n", Err(Malformed::Start));
        check("POST /x HTTP/1.1\na: 1\n", Err(Malformed::Endless));
        check("POST /x HTTP/1.1\na 1\n\n", Err(Malformed::Header(2)));
        check("POST /x HTTP/1.1\na: 1\n: 2\n\n", Err(Malformed::Header(3)));
    }
}
