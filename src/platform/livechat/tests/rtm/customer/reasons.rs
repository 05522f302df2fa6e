//! Every reason for which a customer's socket is closed.

use super::super::super::super::rtm::Reason;
use super::*;

/// The reasons that sockets of customers were told, and that they were closed for.
fn reasons(told: &Told) -> Vec<(u64, String)> {
    let pushed = told.iter().filter(|(_, frame)| frame["action"] == "customer_disconnected");
    let pushed = pushed.map(|(socket, frame)| (*socket, frame["payload"]["reason"].as_str().unwrap().to_owned()));
    pushed
        .inspect(|(socket, reason)| {
            assert!(told.iter().any(|(of, end)| of == socket && end == reason), "{socket} is still open");
        })
        .collect()
}

#[test]
fn every_reason_comes_of_its_cause() {
    let mut seen = Vec::new();
    let mut check = |expected: &[(u64, &str)], deed: &dyn Fn(&mut Stage) -> Told| {
        let mut stage = shop();
        stage.come(2, ADA, &json!({}));
        stage.come(3, BOB, &json!({}));
        let told = reasons(&deed(&mut stage));
        assert_eq!(told, expected.iter().map(|(id, reason)| (*id, (*reason).to_owned())).collect::<Vec<_>>());
        seen.extend(told.into_iter().map(|(_, reason)| reason));
    };
    check(&[(2, "connection_timeout")], &|stage| stage.in_trouble(2, Trouble::Overdue));
    for trouble in [Trouble::Behind, Trouble::Garbled, Trouble::TooLarge(10)] {
        check(&[(2, "connection_evicted")], &|stage| stage.in_trouble(2, trouble));
    }
    check(&[(2, "customer_banned")], &|stage| stage.asks(1, "ban_customer", json!({"id": ADA, "ban": {"days": 1}})));
    check(&[(4, "customer_banned")], &|stage| {
        stage.asks(1, "ban_customer", json!({"id": ADA, "ban": {"days": 1}}));
        let told = stage.come(4, ADA, &json!({}));
        assert_eq!(told[0].1["payload"]["error"]["type"], "customer_banned");
        told
    });
    check(&[(4, "license_not_found")], &|stage| stage.connect(4, "/v3.6/customer/rtm/ws?organization_id=other"));
    check(&[(4, "license_not_found")], &|stage| stage.connect(4, "/v3.6/customer/rtm/ws"));
    check(&[(4, "unsupported_version")], &|stage| stage.connect(4, &SITE.replace("v3.6", "v3.3")));
    check(&[(2, "inactivity_timeout"), (3, "inactivity_timeout")], &|stage| {
        stage.wait(VirtualSpan::from_mins(30));
        stage.orders()
    });
    check(&[(2, "access_token_expired"), (3, "access_token_expired")], &|stage| {
        // Somebody who looks around is there, however long.
        let mut told = Vec::new();
        for _ in 0..25 {
            for socket in [2, 3] {
                told.extend(stage.asks(socket, "update_customer_page", json!({"url": "https://shop.example/"})));
            }
            stage.wait(VirtualSpan::from_mins(20));
            told.extend(stage.orders());
        }
        told
    });
    check(&[(4, "access_token_revoked")], &|stage| {
        let pass = stage.pass(ADA);
        stage.connect(4, SITE);
        stage.asks(4, "login", json!({"token": pass}));
        stage.web(Method::DELETE, "/v2/customer/token", &pass);
        stage.orders()
    });
    let mut stage = Stage::open(json!({"region": "dal", "bots": [{"name": "Acme Bot"}]}));
    stage.connect(2, SITE);
    let told = stage.asks(2, "login", json!({"token": "Bearer fra:elsewhere"}));
    assert_eq!(
        payload(&told, 2, "customer_disconnected"),
        json!({"reason": "misdirected_connection", "data": {"region": "fra"}})
    );
    seen.extend(reasons(&told).into_iter().map(|(_, reason)| reason));
    for reason in Reason::OF_CUSTOMERS {
        assert!(seen.iter().any(|seen| seen == reason.word()), "{} never came", reason.word());
    }
}

#[test]
fn a_customer_who_talks_is_not_cut_off_for_being_idle() {
    let mut stage = shop();
    stage.come(2, ADA, &json!({}));
    let (chat, ..) = begin(&mut stage, 2);
    for _ in 0..4 {
        stage.wait(VirtualSpan::from_mins(20));
        stage.asks(2, "send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "Still there?"}}));
    }
    assert_eq!(reasons(&stage.orders()), []);
    stage.asks(2, "deactivate_chat", json!({"id": chat}));
    stage.wait(VirtualSpan::from_mins(29));
    assert_eq!(reasons(&stage.orders()), []);
    stage.wait(VirtualSpan::from_mins(1));
    assert_eq!(reasons(&stage.orders()), [(2, "inactivity_timeout".to_owned())]);
}
