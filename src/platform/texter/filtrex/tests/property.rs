//! What holds for all expressions and all data.

use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::super::parser::parse;
use super::super::syntax::{Arithmetic, Call, Comparison, Deed, Expr, Logic, Member, Name, Operand, Relation, Step};
use super::super::{FUNCTIONS, Mode, holds};

/// A tree as text in full brackets, which has one reading whatever the precedence.
fn render(expr: &Expr) -> String {
    expr.steps.iter().fold(operand(&expr.operand), |left, step| match &step.deed {
        Deed::Logic(Logic::And, right) => format!("({left} and {})", render(right)),
        Deed::Logic(Logic::Or, right) => format!("({left} or {})", render(right)),
        Deed::Member(Member::In, right) => format!("({left} in {})", render(right)),
        Deed::Member(Member::NotIn, right) => format!("({left} not in {})", render(right)),
        Deed::Compare(chain) => {
            let links = chain.iter().map(|link| format!(" {} {}", sign(link.relation), render(&link.right)));
            format!("({left}{})", links.collect::<String>())
        }
        Deed::Compute(arithmetic, right) => format!("({left} {} {})", letter(*arithmetic), render(right)),
        Deed::Choose(sides) => format!("({left} ? {} : {})", render(&sides[0]), render(&sides[1])),
    })
}

fn operand(operand: &Operand) -> String {
    let list = |items: &[Expr]| items.iter().map(render).collect::<Vec<_>>().join(", ");
    match operand {
        Operand::Number(number) => number.to_string(),
        Operand::Text(text) => quoted('"', text),
        Operand::Symbol(name) => symbol(name),
        Operand::Of(name, owner) => format!("({} of {})", symbol(name), render(owner)),
        Operand::Call(call) => format!("{}({})", symbol(&call.name), list(&call.arguments)),
        Operand::List(items) => format!("({})", list(items)),
        Operand::Negate(_, expr) => format!("(-{})", render(expr)),
        Operand::Not(_, expr) => format!("(not {})", render(expr)),
        Operand::If(_, parts) => {
            format!("(if {} then {} else {})", render(&parts[0]), render(&parts[1]), render(&parts[2]))
        }
    }
}

fn symbol(name: &Name) -> String {
    if name.is_quoted { quoted('\'', &name.text) } else { name.text.clone() }
}

fn quoted(quote: char, text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace(quote, &format!(r"\{quote}"));
    format!("{quote}{escaped}{quote}")
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "==",
        Relation::NotEqual => "!=",
        Relation::Like => "~=",
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::More => ">",
        Relation::AtLeast => ">=",
    }
}

fn letter(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::Remainder => "%",
        Arithmetic::Modulo => "mod",
        Arithmetic::Power => "^",
    }
}

/// The tree with all columns forgotten.
fn placeless(mut expr: Expr) -> Expr {
    forget(&mut expr);
    expr
}

fn forget(expr: &mut Expr) {
    match &mut expr.operand {
        Operand::Number(_) | Operand::Text(_) => {}
        Operand::Symbol(name) => name.column = 0,
        Operand::Of(name, owner) => {
            name.column = 0;
            forget(owner);
        }
        Operand::Call(call) => {
            call.name.column = 0;
            call.arguments.iter_mut().for_each(forget);
        }
        Operand::List(items) => items.iter_mut().for_each(forget),
        Operand::Negate(column, inner) | Operand::Not(column, inner) => {
            *column = 0;
            forget(inner);
        }
        Operand::If(column, parts) => {
            *column = 0;
            parts.iter_mut().for_each(forget);
        }
    }
    for step in &mut expr.steps {
        step.column = 0;
        match &mut step.deed {
            Deed::Logic(_, right) | Deed::Member(_, right) | Deed::Compute(_, right) => forget(right),
            Deed::Choose(sides) => sides.iter_mut().for_each(forget),
            Deed::Compare(chain) => chain.iter_mut().for_each(|link| {
                link.column = 0;
                forget(&mut link.right);
            }),
        }
    }
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Loose), Just(Mode::Strict)]
}

fn name() -> impl Strategy<Value = Name> {
    let plain = "[a-d](\\.[a-d0-2$_]{0,2}){0,2}|length".prop_map(|text| (text, false));
    let quoted = "[a-d'\\\\\" .é]{0,3}".prop_map(|text| (text, true));
    prop_oneof![plain, quoted].prop_map(|(text, is_quoted)| Name { column: 0, text, is_quoted })
}

fn function() -> impl Strategy<Value = Name> {
    let known = (0..FUNCTIONS.len()).prop_map(|index| FUNCTIONS[index].name.to_owned());
    known.prop_map(|text| Name { column: 0, text, is_quoted: false })
}

fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![
        Just(Relation::Equal),
        Just(Relation::NotEqual),
        Just(Relation::Like),
        Just(Relation::Less),
        Just(Relation::AtMost),
        Just(Relation::More),
        Just(Relation::AtLeast),
    ]
}

fn arithmetic() -> impl Strategy<Value = Arithmetic> {
    prop_oneof![
        Just(Arithmetic::Add),
        Just(Arithmetic::Subtract),
        Just(Arithmetic::Multiply),
        Just(Arithmetic::Divide),
        Just(Arithmetic::Remainder),
        Just(Arithmetic::Modulo),
        Just(Arithmetic::Power),
    ]
}

fn deed(right: impl Strategy<Value = Expr> + Clone) -> impl Strategy<Value = Deed> {
    let link = (relation(), right.clone()).prop_map(|(relation, right)| Comparison { column: 0, relation, right });
    prop_oneof![
        right.clone().prop_map(|right| Deed::Logic(Logic::And, right)),
        right.clone().prop_map(|right| Deed::Logic(Logic::Or, right)),
        right.clone().prop_map(|right| Deed::Member(Member::In, right)),
        right.clone().prop_map(|right| Deed::Member(Member::NotIn, right)),
        link.prop_map(|link| Deed::Compare(vec![link])),
        (arithmetic(), right.clone()).prop_map(|(arithmetic, right)| Deed::Compute(arithmetic, right)),
        [right.clone(), right].prop_map(|sides| Deed::Choose(Box::new(sides))),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (0_u32..100_000).prop_map(|number| Operand::Number(f64::from(number) / 8.0)),
        "[a-c0-9*+()\\[\\]\\\\|?^{}.\"' é😀-]{0,6}".prop_map(Operand::Text),
        name().prop_map(Operand::Symbol),
    ];
    let leaf = leaf.prop_map(|operand| Expr { operand, steps: Vec::new() });
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = |least| prop::collection::vec(inner.clone(), least..3);
        let operand = prop_oneof![
            (name(), inner.clone()).prop_map(|(name, owner)| Operand::Of(name, Box::new(owner))),
            (function(), some(0)).prop_map(|(name, arguments)| Operand::Call(Call { name, arguments })),
            some(2).prop_map(Operand::List),
            inner.clone().prop_map(|expr| Operand::Negate(0, Box::new(expr))),
            inner.clone().prop_map(|expr| Operand::Not(0, Box::new(expr))),
            [inner.clone(), inner.clone(), inner.clone()].prop_map(|parts| Operand::If(0, Box::new(parts))),
        ];
        let operand = operand.prop_map(|operand| Expr { operand, steps: Vec::new() });
        let step = deed(inner.clone()).prop_map(|deed| Step { column: 0, deed });
        (prop_oneof![operand, inner], prop::collection::vec(step, 0..3)).prop_map(|(mut expr, steps)| {
            expr.steps.extend(steps);
            expr
        })
    })
}

/// Data with members that expressions are likely to name.
fn data() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-c0-9 é😀]{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-d]", inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*", mode in mode()) {
        let _ = parse(&text, mode);
    }

    #[test]
    fn any_tokens_are_read_or_refused(
        words in prop::collection::vec(
            prop_oneof![
                "[-+*/%^(),?:<>]|==|~=|!=", "and|or|not|in|of|if|then|else|mod", "[ \n(\"'.$é😀]", "[a-c]{1,2}|\"a\"|'b'|[0-9.]{1,3}",
            ],
            0..20,
        ),
        spaced in any::<bool>(),
        mode in mode(),
        data in data(),
    ) {
        let _ = holds(&words.join(if spaced { " " } else { "" }), mode, &data);
    }

    #[test]
    fn a_tree_is_read_back_from_its_text(expr in expr(), mode in mode()) {
        let text = render(&expr);
        prop_assert_eq!(parse(&text, mode).map(placeless), Ok(expr), "{}", text);
    }

    #[test]
    fn any_tree_has_a_value_or_an_error(expr in expr(), mode in mode(), data in data()) {
        let _ = holds(&render(&expr), mode, &data);
    }

    #[test]
    fn any_pattern_is_used_or_refused(pattern in "[a-cdswbB0-2()\\[\\]{}*+?|^$.,\\\\:<=!&~-]{0,12}", text in "[a-c0-2 -]{0,8}") {
        let data = serde_json::json!({"text": text, "pattern": pattern});
        let _ = holds("text ~= pattern", Mode::Loose, &data);
    }
}
