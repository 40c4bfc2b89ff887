//! What holds for every push, and for every input.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 4] = ["SEC", "mac", "x", "X-Wap-Application-Id"];

fn text() -> impl Strategy<Value = String> {
    "\\PC{1,20}".prop_filter("a quotation mark first is another form", |text| {
        !text.starts_with('"')
    })
}

fn parameter() -> impl Strategy<Value = Parameter<'static>> {
    let value = prop_oneof![
        Just(ParameterValue::NoValue),
        (0..0x80_u8).prop_map(ParameterValue::ShortInteger),
        prop::collection::vec(any::<u8>(), 1..=30)
            .prop_map(|octets| ParameterValue::LongInteger(octets.into())),
        text().prop_map(|text| ParameterValue::Text(text.into())),
        "\\PC{0,20}".prop_map(|text| ParameterValue::Quoted(text.into())),
    ];
    let name = prop_oneof![
        (1..0x20_u32).prop_map(ParameterName::WellKnown),
        (1..=u32::MAX).prop_map(ParameterName::WellKnown),
        prop::sample::select(&NAMES[..]).prop_map(ParameterName::Text),
    ];
    prop_oneof![
        9 => (name, value).prop_map(|(name, value)| Parameter::new(name, value)),
        1 => (1..=1099_u16).prop_map(|value| Parameter::new(
            ParameterName::WellKnown(0),
            ParameterValue::Quality(value),
        )),
    ]
}

fn header() -> impl Strategy<Value = Header<'static>> {
    let field = prop_oneof![
        (0..0x80_u8).prop_map(FieldName::WellKnown),
        prop::sample::select(&NAMES[..]).prop_map(FieldName::Text),
    ];
    let value = prop_oneof![
        (0..0x80_u8).prop_map(HeaderValue::Short),
        "\\PC{1,20}".prop_map(|text| HeaderValue::Text(text.into())),
        prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|octets| HeaderValue::Octets(octets.into())),
    ];
    let page = prop_oneof![4 => Just(1_u8), 1 => 1..=255_u8];
    (page, field, value).prop_map(|(page, field, value)| Header {
        page,
        ..Header::new(field, value)
    })
}

fn push() -> impl Strategy<Value = PushPdu<'static>> {
    let media = prop_oneof![
        any::<u32>().prop_map(MediaType::WellKnown),
        (0x30..0x50_u32).prop_map(MediaType::WellKnown),
        Just(MediaType::Text("application/x")),
    ];
    let form = prop::sample::select(vec![Form::Shortest, Form::General, Form::LengthQuote]);
    let parameters = prop::collection::vec(parameter(), 0..5);
    let headers = prop::collection::vec(header(), 0..5);
    (any::<u8>(), any::<bool>(), media, form, parameters, headers).prop_map(
        |(tid, confirmed, media, form, parameters, headers)| PushPdu {
            tid,
            pdu_type: if confirmed {
                PduType::ConfirmedPush
            } else {
                PduType::Push
            },
            headers,
            ..PushPdu::new(
                ContentType {
                    parameters,
                    form,
                    ..ContentType::new(media)
                },
                None,
                BODY,
            )
        },
    )
}

/// Parameters as signed messages have them, and what others make of them.
fn security() -> impl Strategy<Value = Parameter<'static>> {
    let name = prop_oneof![
        4 => Just(ParameterName::WellKnown(assigned::SEC)),
        4 => Just(ParameterName::WellKnown(assigned::MAC)),
        1 => prop::sample::select(&NAMES[..]).prop_map(ParameterName::Text),
    ];
    let value = prop_oneof![
        4 => (0..5_u8).prop_map(ParameterValue::ShortInteger),
        4 => "[0-9A-F]{40}".prop_map(|text| ParameterValue::Text(text.into())),
        1 => "[0-9a-f]{40}\"?".prop_map(|text| ParameterValue::Quoted(text.into())),
        1 => "[0-9]{1,2}".prop_map(|text| ParameterValue::Text(text.into())),
        1 => Just(ParameterValue::NoValue),
    ];
    (name, value).prop_map(|(name, value)| Parameter::new(name, value))
}

proptest! {
    /// What is believed of a PDU must not depend on how it is read.
    #[test]
    fn a_glance_sees_what_reading_sees(
        mut built in push(),
        parameters in prop::collection::vec(security(), 0..4),
    ) {
        built.content_type.parameters = parameters;
        let octets = built.encode().unwrap();
        if let Some(glance) = Glance::of(&octets) {
            let read = PushPdu::parse(&octets).unwrap();
            let content_type = &read.content_type;
            prop_assert_eq!(glance.media, content_type.media);
            let method = content_type.sec().map(|sec| sec.method);
            prop_assert_eq!(glance.sec.map(Some), method);
            let digest = content_type.mac().map(|mac| mac.digest);
            prop_assert_eq!(glance.mac.map(Some), digest);
            prop_assert_eq!((glance.body, glance.body_offset), (read.body, read.body_offset));
            let double = &rules::DUPLICATE_PARAMETER;
            prop_assert!(read.findings.iter().all(|finding| finding.rule != double));
        }
    }

    #[test]
    fn what_is_built_reads_back(built in push()) {
        let octets = built.encode().unwrap();
        let read = PushPdu::parse(&octets).unwrap();
        prop_assert_eq!(read.encode().unwrap(), octets.clone());
        prop_assert_eq!((read.tid, read.pdu_type), (built.tid, built.pdu_type));
        prop_assert_eq!(read.content_type.media, built.content_type.media);
        let parameters = |push: &PushPdu<'_>| -> Vec<_> {
            let all = push.content_type.parameters.iter();
            all.map(|parameter| format!("{:?} {:?}", parameter.name, parameter.value)).collect()
        };
        prop_assert_eq!(parameters(&read), parameters(&built));
        let headers = |push: &PushPdu<'_>| -> Vec<_> {
            let all = push.headers.iter();
            all.map(|header| format!("{} {:?} {:?}", header.page, header.field, header.value))
                .collect()
        };
        prop_assert_eq!(headers(&read), headers(&built));
        prop_assert_eq!(read.body, BODY);
        let (items, _, fault) = dissect(&octets);
        prop_assert_eq!(fault, None);
        assert_covers(&items, 0, octets.len());

        for end in 0..octets.len() {
            let cut = &octets[..end];
            let (items, _, fault) = dissect(cut);
            prop_assert_eq!(fault.is_some(), end <= read.body_offset);
            prop_assert!(fault.is_none_or(|fault| fault.at <= end));
            assert_covers(&items, 0, end);
        }
    }

    #[test]
    fn damage_never_panics(built in push(), index: prop::sample::Index, octet: u8) {
        let mut octets = built.encode().unwrap();
        *index.get_mut(&mut octets) = octet;
        let (items, _, fault) = dissect(&octets);
        assert_covers(&items, 0, octets.len());
        prop_assert_eq!(PushPdu::parse(&octets).err(), fault);
    }

    #[test]
    fn random_octets_never_panic(
        headers in prop::collection::vec(any::<u8>(), 1..60),
        whole in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        for octets in [pdu(&[&headers]), whole] {
            let (items, _, fault) = dissect(&octets);
            assert_covers(&items, 0, octets.len());
            prop_assert_eq!(PushPdu::parse(&octets).err(), fault);
        }
    }
}
