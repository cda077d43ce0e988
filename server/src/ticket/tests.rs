use super::*;

const KEY_A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const KEY_B: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn sealer(keys: &str, audience: &str, origin: &str) -> Sealer {
    Sealer::new(TicketKeys::parse(&SecretString::from(keys)).unwrap(), audience, origin)
}

fn here() -> Sealer {
    sealer(KEY_A, "/api", "https://app.example")
}

fn ticket() -> Ticket {
    Ticket {
        data: SecretString::from("postgres://alice:päss@db.internal/app"),
        family: FamilyId::from_bytes([7; 16]),
        subject: Some(Arc::from("alice@db.internal:5432/app")),
        epoch: 3,
        created: Timestamp::from_millis(1_000),
        last_activity: Timestamp::from_millis(2_000),
        proven: Timestamp::from_millis(1_500),
    }
}

fn opens(sealer: &Sealer, text: &str) -> bool {
    sealer.open_ticket(&TicketCookie::presented(text.to_owned())).is_ok()
}

#[test]
fn a_ticket_opens_to_what_was_sealed() {
    for subject in [None, Some(Arc::from("alice@db"))] {
        let sealed = here().seal_ticket(&Ticket { subject: subject.clone(), ..ticket() }).unwrap();
        let opened = here().open_ticket(&sealed).unwrap();
        assert_eq!(opened.data.expose_secret(), ticket().data.expose_secret());
        assert_eq!(opened.family, ticket().family);
        assert_eq!(opened.subject, subject);
        assert_eq!((opened.epoch, opened.created), (3, ticket().created));
        assert_eq!((opened.last_activity, opened.proven), (ticket().last_activity, ticket().proven));
    }
}

#[test]
fn no_two_seals_are_alike_and_none_is_printable() {
    let (one, two) = (here().seal_ticket(&ticket()).unwrap(), here().seal_ticket(&ticket()).unwrap());
    assert_ne!(one.reveal(), two.reveal());
    assert!(!format!("{one:?}").contains(one.reveal()));
    assert!(!format!("{:?}", ticket()).contains("ss@db"));
}

#[test]
fn every_bit_flip_is_unreadable_with_and_without_a_fitting_checksum() {
    let sealer = here();
    let text = sealer.seal_ticket(&ticket()).unwrap().reveal().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!opens(&sealer, &URL_SAFE_NO_PAD.encode(&flipped)), "bit {bit}");
        if bit >= CHECKSUM_BYTES * 8 {
            let checksum = crc32fast::hash(&flipped[CHECKSUM_BYTES..]).to_be_bytes();
            flipped[..CHECKSUM_BYTES].copy_from_slice(&checksum);
            assert!(!opens(&sealer, &URL_SAFE_NO_PAD.encode(&flipped)), "bit {bit} behind a checksum that fits");
        }
    }
}

#[test]
fn every_other_character_is_unreadable() {
    let sealer = here();
    let text = sealer.seal_ticket(&ticket()).unwrap().reveal().to_owned();
    for at in 0..text.len() {
        for replacement in ["A", "_", "=", "é", "\0", ""] {
            let mut changed = text.clone();
            changed.replace_range(at..=at, replacement);
            assert!(changed == text || !opens(&sealer, &changed), "{replacement:?} at {at}");
        }
    }
}

#[test]
fn every_truncation_and_extension_is_unreadable() {
    let sealer = here();
    let text = sealer.seal_ticket(&ticket()).unwrap().reveal().to_owned();
    for length in 0..text.len() {
        assert!(!opens(&sealer, &text[..length]), "{length} characters");
    }
    let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
    for length in CHECKSUM_BYTES..bytes.len() {
        let cut = &bytes[CHECKSUM_BYTES..length];
        let fitting = [&crc32fast::hash(cut).to_be_bytes()[..], cut].concat();
        assert!(!opens(&sealer, &URL_SAFE_NO_PAD.encode(fitting)), "{length} bytes behind a checksum that fits");
    }
    assert!(!opens(&sealer, &format!("{text}A")));
    assert!(!opens(&sealer, &format!("{text}=")));
    assert!(!opens(&sealer, &"A".repeat(1 << 20)));
}

#[test]
fn a_foreign_origin_audience_key_or_purpose_is_unreadable() {
    let text = here().seal_ticket(&ticket()).unwrap().reveal().to_owned();
    assert!(opens(&here(), &text));
    assert!(!opens(&sealer(KEY_A, "/api", "https://app.example.evil"), &text));
    assert!(!opens(&sealer(KEY_A, "/apih", "ttps://app.example"), &text));
    assert!(!opens(&sealer(KEY_B, "/api", "https://app.example"), &text));

    let family = FamilyId::from_bytes([7; 16]);
    let kept = here().seal_data(family, &SecretString::from("secret")).unwrap();
    let as_ticket = [&crc32fast::hash(&kept).to_be_bytes()[..], &kept].concat();
    assert!(!opens(&here(), &URL_SAFE_NO_PAD.encode(as_ticket)));
}

#[test]
fn a_rotated_key_still_opens_and_a_removed_one_does_not() {
    let text = here().seal_ticket(&ticket()).unwrap().reveal().to_owned();
    assert!(opens(&sealer(&format!("{KEY_B},{KEY_A}"), "/api", "https://app.example"), &text));
    assert!(!opens(&sealer(KEY_B, "/api", "https://app.example"), &text));
}

#[test]
fn an_unknown_version_is_unreadable() {
    let text = here().seal_ticket(&ticket()).unwrap().reveal().to_owned();
    let mut sealed = URL_SAFE_NO_PAD.decode(&text).unwrap().split_off(CHECKSUM_BYTES);
    for version in [0, 2, 255] {
        sealed[0] = version;
        let fitting = [&crc32fast::hash(&sealed).to_be_bytes()[..], &sealed].concat();
        assert!(!opens(&here(), &URL_SAFE_NO_PAD.encode(fitting)), "version {version}");
    }
}

#[test]
fn a_ticket_that_a_browser_would_drop_is_refused() {
    let of_length = |length: usize| {
        let data = SecretString::from("x".repeat(length));
        here().seal_ticket(&Ticket { data, ..ticket() }).map(|cookie| cookie.reveal().len())
    };
    let longest = (0..MAX_TICKET_CHARS).rev().find(|length| of_length(*length).is_ok()).unwrap();
    assert!(of_length(longest).unwrap() <= MAX_TICKET_CHARS);
    assert!(longest > 2_000, "{longest}");
    assert!(matches!(of_length(longest + 1), Err(SealError::TicketTooLarge { chars }) if chars > MAX_TICKET_CHARS));
    assert!(of_length(1 << 20).is_err());
}

#[test]
fn a_ticket_does_not_grow_with_its_numbers() {
    let late = Ticket {
        epoch: u32::MAX,
        created: Timestamp::MAX,
        last_activity: Timestamp::MAX,
        proven: Timestamp::MAX,
        ..ticket()
    };
    let early = Ticket { epoch: 1, ..ticket() };
    let length = |ticket| here().seal_ticket(ticket).unwrap().reveal().len();
    assert_eq!(length(&late), length(&early));
}

#[test]
fn kept_data_open_for_their_own_family_alone() {
    let (mine, other) = (FamilyId::from_bytes([1; 16]), FamilyId::from_bytes([2; 16]));
    let kept = here().seal_data(mine, &SecretString::from("secret")).unwrap();
    assert!(!kept.windows(6).any(|window| window == b"secret"));
    assert_eq!(here().open_data(mine, &kept).unwrap().expose_secret(), "secret");
    assert!(here().open_data(other, &kept).is_err());
    assert!(here().open_data(mine, &[]).is_err());
}

#[test]
fn an_idempotency_key_names_one_family_per_person_and_server() {
    let held = SecretString::from("secret");
    let (alice, holder) = (Who::Subject("secret"), Who::Holder(&held));
    fn family(key: &[u8], who: Who<'_>) -> FamilyId {
        here().derive_families(key, who).0
    }
    for (who, other) in [(alice, Who::Subject("other")), (holder, Who::Holder(&SecretString::from("other")))] {
        let one = family(b"key", who);
        assert_eq!(here().derive_families(b"key", who), (one, vec![]));
        assert_ne!(one, family(b"key2", who));
        assert_ne!(one, family(b"key", other));
        assert_ne!(one, family(b"keysec", Who::Subject("ret")));
        assert_ne!(one, sealer(KEY_B, "/api", "https://app.example").derive_families(b"key", who).0);
    }
    assert_ne!(family(b"key", alice), family(b"key", holder));
}

#[test]
fn an_idempotency_key_names_a_family_per_ticket_key_that_of_the_first_in_front() {
    let families = |keys: &str| sealer(keys, "/api", "https://app.example").derive_families(b"key", Who::Subject("a"));
    let ((a, _), (b, _)) = (families(KEY_A), families(KEY_B));
    assert_eq!(families(&format!("{KEY_A},{KEY_B}")), (a, vec![b]));
    assert_eq!(families(&format!("{KEY_B},{KEY_A}")), (b, vec![a]));
}

#[test]
fn data_under_an_earlier_key_are_told_from_those_under_the_first() {
    let family = FamilyId::from_bytes([1; 16]);
    let rotated = sealer(&format!("{KEY_B},{KEY_A}"), "/api", "https://app.example");
    let before = here().seal_data(family, &"secret".into()).unwrap();
    let after = rotated.seal_data(family, &rotated.open_data(family, &before).unwrap()).unwrap();
    assert!(here().is_under_first_key(&before) && !rotated.is_under_first_key(&before));
    assert!(rotated.is_under_first_key(&after) && !rotated.is_under_first_key(&[]));
    assert_eq!(
        sealer(KEY_B, "/api", "https://app.example").open_data(family, &after).unwrap().expose_secret(),
        "secret"
    );
}

#[test]
fn data_beyond_the_limit_are_refused_with_both_sizes() {
    let family = FamilyId::from_bytes([1; 16]);
    assert!(here().seal_data(family, &"x".repeat(MAX_DATA_BYTES).into()).is_ok());
    let error = here().seal_data(family, &"x".repeat(MAX_DATA_BYTES + 1).into()).unwrap_err();
    assert_eq!(error, SealError::DataTooLarge { bytes: MAX_DATA_BYTES + 1 });
    assert!(error.to_string().contains("16385") && error.to_string().contains("16384"), "{error}");
}
