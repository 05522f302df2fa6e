//! Reading a file out of a form (RFC 7578). Bodies have been read in full and are bounded, so nothing is streamed.

use bytes::Bytes;

/// The longest boundary (RFC 2046).
const LONGEST_BOUNDARY: usize = 70;
/// The most parts that are looked at.
const MOST_PARTS: usize = 16;
/// The longest head of a part, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;

/// A file within a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Upload {
    /// Its name, as the sender has it.
    pub(super) name: String,
    /// Its media type, if the sender says.
    pub(super) content_type: Option<String>,
    /// What is in it.
    pub(super) bytes: Bytes,
}

/// Why there is no file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum NoFile {
    /// The body is no form.
    #[error("`content-type` must be multipart/form-data with a boundary")]
    NoForm,
    /// The form breaks off or has no form at all.
    #[error("the body is not multipart/form-data with this boundary")]
    Broken,
    /// No part has the name.
    #[error("`file` is required")]
    Missing,
    /// More than one part has the name.
    #[error("`file` must be one part")]
    Several,
}

/// The one file of a form whose part is called `field`.
pub(super) fn file(content_type: &str, body: &Bytes, field: &str) -> Result<Upload, NoFile> {
    let mark = format!("--{}", boundary(content_type).ok_or(NoFile::NoForm)?).into_bytes();
    let before = format!("\r\n{}", String::from_utf8_lossy(&mark)).into_bytes();
    let mut at = find(body, &mark, 0).filter(|at| *at == 0 || body[..*at].ends_with(b"\r\n")).ok_or(NoFile::Broken)?;
    let mut found = None;
    for _ in 0..MOST_PARTS {
        at += mark.len();
        match body.get(at..at + 2) {
            Some(b"--") => return found.ok_or(NoFile::Missing),
            Some(b"\r\n") => at += 2,
            Some(_) | None => return Err(NoFile::Broken),
        }
        let end = find(body, b"\r\n\r\n", at).filter(|end| end - at <= LONGEST_HEAD).ok_or(NoFile::Broken)?;
        let head = Head::read(&String::from_utf8_lossy(&body[at..end]));
        let start = end + 4;
        // The line break before a boundary belongs to the boundary, that of the head to an empty part, too.
        let stop = find(body, &before, start - 2).ok_or(NoFile::Broken)?;
        if head.name.as_deref() == Some(field) {
            let bytes = body.slice(start.min(stop)..stop);
            let upload = Upload { name: head.file_name.unwrap_or_default(), content_type: head.content_type, bytes };
            if found.replace(upload).is_some() {
                return Err(NoFile::Several);
            }
        }
        at = stop + 2;
    }
    Err(NoFile::Broken)
}

/// The boundary that a header names.
fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = rest.split(';').find_map(|pair| value(pair, "boundary"))?;
    (1..=LONGEST_BOUNDARY).contains(&boundary.len()).then_some(boundary)
}

/// What the head of a part says.
#[derive(Default)]
struct Head {
    name: Option<String>,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Head {
    fn read(text: &str) -> Self {
        let mut head = Self::default();
        for (name, rest) in text.split("\r\n").filter_map(|line| line.split_once(':')) {
            if name.trim().eq_ignore_ascii_case("content-disposition") {
                let pairs = || rest.split(';');
                head.name = pairs().find_map(|pair| value(pair, "name")).map(str::to_owned);
                head.file_name = pairs().find_map(|pair| value(pair, "filename")).map(str::to_owned);
            } else if name.trim().eq_ignore_ascii_case("content-type") {
                head.content_type = Some(rest.trim().to_owned());
            }
        }
        head
    }
}

/// The value in `key=value` or `key="value"`.
fn value<'p>(pair: &'p str, key: &str) -> Option<&'p str> {
    let (name, value) = pair.split_once('=')?;
    name.trim().eq_ignore_ascii_case(key).then(|| value.trim().trim_matches('"'))
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=b";

    fn read(content_type: &str, body: &str) -> Result<Upload, NoFile> {
        file(content_type, &Bytes::from(body.to_owned()), "file")
    }

    #[test]
    fn the_file_is_found_among_the_parts() {
        let check = |content_type: &str, body: &str, name: &str, kind: Option<&str>, bytes: &str| {
            let content_type_of = kind.map(str::to_owned);
            let bytes = Bytes::from(bytes.to_owned());
            let expected = Upload { name: name.to_owned(), content_type: content_type_of, bytes };
            assert_eq!(read(content_type, body), Ok(expected), "{body:?}");
        };
        let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nHi\r\nyou\r\n--b--\r\n";
        check(TYPE, form, "a.txt", Some("text/plain"), "Hi\r\nyou");
        check("Multipart/Form-Data; charset=utf-8; boundary=\"b\"", form, "a.txt", Some("text/plain"), "Hi\r\nyou");
        let other = "preamble\r\n--b\r\ncontent-disposition: form-data; name=other\r\n\r\nx\r\n--b\r\ncontent-disposition: form-data; name=file\r\n\r\n\r\n--b--";
        check(TYPE, other, "", None, "");
        let headless = "--b\r\ncontent-disposition: form-data; name=file\r\n\r\n--b--";
        check(TYPE, headless, "", None, "");
    }

    #[test]
    fn what_is_no_form_with_one_file_says_why() {
        let check = |content_type: &str, body: &str, expected: NoFile| {
            assert_eq!(read(content_type, body), Err(expected), "{body:?}");
        };
        let part = "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n";
        check("application/json", "{}", NoFile::NoForm);
        check("multipart/form-data", "", NoFile::NoForm);
        check(&format!("multipart/form-data; boundary={}", "b".repeat(71)), "", NoFile::NoForm);
        check(TYPE, "", NoFile::Broken);
        check(TYPE, "--b", NoFile::Broken);
        check(TYPE, "x--b--", NoFile::Broken);
        check(TYPE, part, NoFile::Broken);
        check(TYPE, &format!("--b\r\n{}\r\n\r\n\r\n--b--", "x".repeat(LONGEST_HEAD + 1)), NoFile::Broken);
        check(TYPE, "--b--", NoFile::Missing);
        check(TYPE, "--b\r\ncontent-disposition: form-data; name=image\r\n\r\nx\r\n--b--", NoFile::Missing);
        check(TYPE, &format!("{part}{part}--b--"), NoFile::Several);
        check(TYPE, &format!("{}--b--", part.repeat(MOST_PARTS + 1).replace("file", "x")), NoFile::Broken);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(body in "(--b|--|\r\n|content-disposition: form-data; name=file|:|;|=|\"|[ -~]|\\PC){0,24}") {
            let _read = read(TYPE, &body);
        }

        #[test]
        fn what_is_sent_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assume!(find(&bytes, b"\r\n--b", 0).is_none());
            let mut body = b"--b\r\ncontent-disposition: form-data; name=file; filename=x\r\n\r\n".to_vec();
            body.extend_from_slice(&bytes);
            body.extend_from_slice(b"\r\n--b--\r\n");
            let found = file(TYPE, &body.into(), "file").expect("a sound form");
            // A file that begins as the boundary does looks like no file at all.
            prop_assume!(!bytes.starts_with(b"--b"));
            prop_assert_eq!(&found.bytes[..], &bytes[..]);
        }
    }
}
