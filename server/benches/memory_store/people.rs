//! The sessions that are measured: made from their number alone, so that nothing has to be kept of them.

use std::{error::Error, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use session_keepalive_server::{
    clock::Timestamp,
    id::{FamilyId, SessionHash, SessionId},
    record::{Data, Record},
    ticket::{Sealer, TicketKeys},
};

/// Sessions of six in a row: one person with one session, one with two and one with three.
const PERSON_OF: [u64; 6] = [0, 1, 1, 2, 2, 2];
const NAMES: [&str; 8] = ["", "jo", "max", "anna", "peter", "sophia", "li", "omar"];
const SYSTEMS: [&str; 4] =
    ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 10; K"];
const VERSIONS: u64 = 17;

/// How the ids of families are kept apart from those of sessions.
const FAMILIES: u64 = 1 << 63;

/// All people there are.
pub(crate) struct People {
    sessions: u64,
    /// Coprime to their number: sessions of one person come far apart.
    stride: u64,
}

impl People {
    pub(crate) fn new(sessions: u64) -> Self {
        let stride = [7_919, 7_927, 7_933].into_iter().find(|prime| !sessions.is_multiple_of(*prime)).unwrap_or(1);
        Self { sessions, stride }
    }

    /// A session that nothing has happened to since `at`. As in a request, no text is shared with another session's.
    pub(crate) fn record(&self, number: u64, at: Timestamp, data: Data) -> Result<Record, Box<dyn Error>> {
        Ok(Record {
            family: family(number)?,
            epoch: 1,
            subject: Some(Arc::from(self.subject(number))),
            data,
            created: at,
            last_seen: at,
            last_activity: at,
            proven: at,
            rotated: at,
            user_agent: Some(Arc::from(user_agent(number))),
        })
    }

    /// 25 to 32 characters.
    fn subject(&self, number: u64) -> String {
        let place = number * self.stride % self.sessions;
        let in_six = PERSON_OF.get(usize::try_from(place % 6).unwrap_or(0)).copied().unwrap_or(0);
        let person = place / 6 * 3 + in_six;
        let name = NAMES.get(usize::try_from(person % 8).unwrap_or(0)).copied().unwrap_or("");
        format!("{name}{person:06}@db.example:5432/app")
    }
}

/// What a browser's session id is stored as.
pub(crate) fn id(number: u64) -> Result<SessionHash, Box<dyn Error>> {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
    Ok(SessionId::parse(&URL_SAFE_NO_PAD.encode(bytes)).ok_or("no session id")?.hash())
}

fn family(number: u64) -> Result<FamilyId, Box<dyn Error>> {
    let hash = id(number | FAMILIES)?;
    Ok(FamilyId::from_bytes(*hash.as_bytes().first_chunk().ok_or("a short hash")?))
}

/// One of 4 × 3 × 17 = 204.
fn user_agent(number: u64) -> String {
    let at = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let system = SYSTEMS.get(usize::try_from(at % 4).unwrap_or(0)).copied().unwrap_or("");
    let version = at / 4 % VERSIONS + 120;
    match at / 4 / VERSIONS % 3 {
        0 => format!(
            "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
        ),
        1 => format!("Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"),
        _ => format!(
            "Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version}.1 Safari/605.1.15"
        ),
    }
}

/// What a session of a person who connects to a database keeps.
pub(crate) fn connection() -> Result<Data, Box<dyn Error>> {
    let keys = TicketKeys::parse(&SecretString::from(URL_SAFE_NO_PAD.encode([7; 32])))?;
    let sealer = Sealer::new(keys, "bench", "http://127.0.0.1");
    let text = SecretString::from("postgres://anna:correct-horse-battery@db.example:5432/app");
    let sealed = sealer.seal_data(family(0)?, &text).map_err(|error| error.to_string())?;
    Ok(Data { sealed, remember: true })
}
