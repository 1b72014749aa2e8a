use proptest::prelude::*;

use super::*;

/// RFC 8785, appendix B.
const VECTORS: [(u64, &str); 24] = [
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
    (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
];

#[test]
fn numbers_match_the_vectors_of_the_rfc() {
    for (bits, expected) in VECTORS {
        assert_eq!(number(f64::from_bits(bits)).as_deref(), Ok(expected), "{bits:x}");
    }
    assert!(number(f64::NAN).is_err());
    assert!(number(f64::INFINITY).is_err());
    assert_eq!(readable(f64::NEG_INFINITY), "-.inf");
}

#[test]
fn short_numbers_take_the_same_text_as_long_ones() {
    let decimals = (1..100_000).map(|idx| f64::from(idx) / 1e6);
    let eighths = (1..100_000).map(|idx| 1e8 + f64::from(idx) * 0.125);
    let powers = (0..130).map(|exponent| f64::from_bits((960_u64 + exponent) << 52) * 1.5);
    let grid = (0..100_000).map(|idx| 0.001 + f64::from(idx) * (0.099 / 99_999.0));
    let dyadic = (1..100_000).map(|idx| f64::from(idx) * 1.0e9 + f64::from(idx % 4096) / 4096.0);
    for value in decimals.chain(eighths).chain(powers).chain(grid).chain(dyadic) {
        assert_eq!(number(value), Ok(ecmascript(value)));
        assert_eq!(number(-value), Ok(format!("-{}", ecmascript(value))));
    }
    // Halfway between ...62 and ...63, both of which read back as it: the even one is right.
    assert_eq!(number(83_409_457.0 + 13.0 / 512.0).as_deref(), Ok("83409457.02539062"));
}

#[test]
fn names_are_sorted_by_utf_16_as_in_the_rfc() {
    // RFC 8785, section 3.2.3: U+1F600 sorts before U+FB33 in UTF-16, behind it in UTF-8.
    let json: Json = serde_json::from_str(
        "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Dalet\",\
         \"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji\",\"\\u0080\":\"Control\",\"\\u00f6\":\"O\"}",
    )
    .unwrap();
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                    \"ö\":\"O\",\"€\":\"Euro Sign\",\"😀\":\"Emoji\",\"\u{fb33}\":\"Dalet\"}";
    assert_eq!(json_text(&json).unwrap(), expected);
}

#[test]
fn literals_and_escapes_match_the_example_of_the_rfc() {
    // RFC 8785, section 3.2.2.
    let json: Json = serde_json::from_str(
        r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]}"#,
    )
    .unwrap();
    let expected = "{\"literals\":[null,true,false],\
        \"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
        \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    assert_eq!(json_text(&json).unwrap(), expected);
}

#[test]
fn integers_and_reals_of_one_value_are_one_text() {
    let with = |value| text(&Parameters::from([("x".to_owned(), value)])).unwrap();
    assert_eq!(with(Value::Real(1.0)), "{\"x\":1}");
    assert_eq!(with(Value::Real(1.0)), with(Value::Integer(1)));
    assert_eq!(with(Value::Real(-0.0)), with(Value::Integer(0)));
    assert_ne!(with(Value::Text("1".to_owned())), with(Value::Integer(1)));
    assert!(text(&Parameters::from([("x".to_owned(), Value::Real(f64::NAN))])).is_err());
}

#[test]
fn digests_separate_domains() {
    let parameters = Parameters::from([("x".to_owned(), Value::Integer(1))]);
    assert_eq!(digest("a", &parameters), digest("a", &parameters));
    assert_ne!(digest("a", &parameters), digest("b", &parameters));
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Json::from),
        (-(1_i64 << 53)..=(1 << 53)).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn text_reads_back_to_itself(json in json()) {
        let text = json_text(&json).unwrap();
        let read: Json = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(json_text(&read).unwrap(), text);
    }

    #[test]
    fn numbers_read_back_to_the_same_double(bits: u64) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        prop_assert_eq!(number(value).unwrap().parse::<f64>().unwrap(), value);
    }

    #[test]
    fn order_of_members_is_irrelevant(members in prop::collection::vec((any::<String>(), any::<i32>()), 0..9)) {
        let unique: std::collections::BTreeMap<_, _> = members.into_iter().collect();
        let object = |order: Vec<(&String, &i32)>| -> Json {
            order.into_iter().map(|(k, v)| (k.clone(), Json::from(*v))).collect::<serde_json::Map<_, _>>().into()
        };
        let forward = object(unique.iter().collect());
        let backward = object(unique.iter().rev().collect());
        prop_assert_eq!(json_text(&forward), json_text(&backward));
    }
}

#[test]
fn two_texts_at_once_are_those_of_each() {
    let mut parameters = Parameters::new();
    for (name, value) in [("b", 0.1), ("a", 1.0), ("é", 2.5e-7), ("c", 1e300)] {
        parameters.insert(name.to_owned(), Value::Real(value));
    }
    let all = ["a", "b", "c", "é"];
    for names in [[&all[..0], &all[..]], [&all[..1], &all[1..]], [&all[3..], &all[..2]]] {
        let texts = texts_without(&parameters, names).unwrap();
        assert_eq!(texts, names.map(|names| text_without(&parameters, names).unwrap()));
    }
}
