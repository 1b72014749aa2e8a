use std::collections::BTreeMap;

use super::*;

/// A cell of SGD on a quadratic with every parameter given, so that no default is in its identity.
fn cell(step_size: f64, chains: i64, common_noise: Option<&str>) -> Cell {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut parameters = Parameters::from([
        ("average_from", Value::Integer(0)),
        ("averaging", text("none")),
        ("batch_size", Value::Integer(1)),
        ("chains", Value::Integer(chains)),
        ("decay_power", Value::Real(0.0)),
        ("decay_steps", Value::Integer(1)),
        ("dim", Value::Integer(2)),
        ("gradient_noise", text("gaussian")),
        ("initial", text("gaussian")),
        ("initial_mean", Value::Real(0.0)),
        ("initial_std", Value::Real(1.0)),
        ("largest", Value::Real(1.0)),
        ("mean_from", Value::Integer(0)),
        ("model", text("sgd")),
        ("noise_nu", Value::Real(4.0)),
        ("noise_std", Value::Real(1.0)),
        ("observe", Value::List(vec![text("x_0")])),
        ("problem", text("quadratic")),
        ("record_from", Value::Integer(0)),
        ("sampling", text("with_replacement")),
        ("seed", Value::Integer(1)),
        ("smallest", Value::Real(1.0)),
        ("step_size", Value::Real(step_size)),
        ("steps", Value::Integer(100)),
        ("watch_every", Value::Integer(1)),
    ]);
    if let Some(name) = common_noise {
        parameters.insert("common_noise", text(name));
    }
    Cell {
        parameters: Arc::new(parameters),
        data: None,
        varying: ["step_size".to_owned(), "data".to_owned(), "chains".to_owned()].into(),
        span: crate::manifest::span::Span::default(),
    }
}

fn planned(cell: &Cell) -> PlannedCell {
    let code = Fingerprint { digest: Digest::of_bytes(b"code"), files: BTreeMap::new() };
    let ensemble = Ensemble::new(Arc::clone(&cell.parameters), None, Arc::new(code));
    PlannedCell::new(cell, Arc::new(ensemble))
}

/// Computed outside the program from the canonical JSON of the cells and the layout of the digests.
#[test]
fn identities_are_the_digests_that_they_are_said_to_be() {
    let cells = [
        (
            cell(0.1, 8, None),
            "35ee443764b141909171414bffdb8a8134d9b93d84b0d0440882be55ecd3ae8e",
            "940924af9e4df83c528ee0e0ff0c638e94e89f7dc07076adb7e7eb589f6fac58",
            0x975f_4066_dcbd_2bb1,
            &["7082e948dbd1e426d6b8770d10825e199ea7f8454b04941a94e5bfdc364013cb"][..],
        ),
        (
            cell(1.0 / 3.0, 5000, None),
            "6e63966c17ee5c1d740250d13469c946a23043a71b988e3eccf236d7a10e5f38",
            "bd507f449be36754aeb9a8ccaca26e9bbba5f4fcaef2c89cec866dfa69131121",
            0x68ba_788d_54ac_c5e6,
            &[
                "ce6463dd1af16da5e1244c3777d7208fca10a5d997312c5bdfaaffd16c6fcc1b",
                "f87c76f1f73be4f94b94aa11bc7d120ed8bd1c150b95741a5b4cfaf09d9d9391",
            ],
        ),
        (
            cell(1e-7, 8, Some("path")),
            "72d10241dc7ceb8dd055794d485b7f6701122d92893b114849f14ad9dde6d8a1",
            "36ea28834993fdd19cbec4aff92a4c459012c12cb40b134652564816ee415e6a",
            0xd7a9_e815_3794_312c,
            &["4e4e6fefe26c6244615c7d24f1eb87df8d43adc90a537cf89045b970ff0a30f7"],
        ),
    ];
    for (cell, parameters, id, stream, blocks) in cells {
        let planned = planned(&cell);
        let ensemble = &planned.ensemble;
        assert_eq!(ensemble.parameters_digest.to_string(), parameters);
        assert_eq!(planned.id.to_string(), id);
        assert_eq!(ensemble.stream.0, stream);
        let found: Vec<String> = planned.blocks().map(|block| block.id.0.to_string()).collect();
        assert_eq!(found, blocks);
    }
}

#[test]
fn cells_are_named_by_what_tells_them_apart() {
    let named = |settings: &[(f64, i64)]| -> Vec<String> {
        let cells = settings.iter().map(|(step_size, chains)| cell(*step_size, *chains, None));
        let mut cells: Vec<PlannedCell> = cells.map(|cell| planned(&cell)).collect();
        name_cells(&mut cells);
        cells.iter().map(PlannedCell::label).collect()
    };
    assert_eq!(named(&[(0.5, 8), (1.0, 8)]), ["step_size=0.5", "step_size=1"]);
    assert_eq!(named(&[(0.5, 8), (0.5, 16)]), ["chains=8", "chains=16"]);
    let both = named(&[(0.5, 8), (0.5, 16), (1.0, 8)]);
    assert_eq!(both[1], "step_size=0.5, chains=16");
    assert_eq!(named(&[(0.5, 8)]), ["cell ".to_owned() + &planned(&cell(0.5, 8, None)).id.short()]);
}

#[test]
fn classes_are_split_by_keys() {
    let (classes, n) = split(&[0, 0, 1, 1, 0], ["b", "a", "a", "a", "b"].into_iter());
    assert_eq!(n, 3);
    assert_eq!(classes, [1, 0, 2, 2, 1]);
}
