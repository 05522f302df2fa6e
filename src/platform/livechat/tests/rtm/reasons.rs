//! Every reason for which a socket is closed.

use super::super::super::rtm::Reason;
use super::*;

/// The reasons that sockets were told, and that they were closed for.
fn reasons(told: &Told) -> Vec<(u64, String)> {
    let pushed = told.iter().filter(|(_, frame)| frame["action"] == "agent_disconnected");
    let pushed = pushed.map(|(socket, frame)| (*socket, frame["payload"]["reason"].as_str().unwrap().to_owned()));
    pushed
        .inspect(|(socket, reason)| {
            assert!(told.iter().any(|(of, end)| of == socket && end == reason), "{socket} is still open");
        })
        .collect()
}

/// Does something to a license in which Mia has two sockets and Tom one.
fn provoke(setup: &Value, deed: impl FnOnce(&mut Stage) -> Told) -> Vec<(u64, String)> {
    let mut whole = json!({
        "agents": [{"id": "mia@acme.example", "role": "viceowner"}, {"id": "tom@acme.example", "role": "normal"}],
        "tokens": [{"of": "mia@acme.example", "token": "dal:brief", "expires_in": "1h"}],
    });
    whole.as_object_mut().unwrap().extend(setup.as_object().unwrap().clone());
    let mut stage = Stage::open(whole);
    stage.enter(1, MIA);
    stage.enter(2, "Bearer dal:brief");
    stage.enter(3, TOM);
    reasons(&deed(&mut stage))
}

#[test]
fn every_reason_comes_of_its_cause() {
    let mut seen = Vec::new();
    let mut check = |setup: Value, expected: &[(u64, &str)], deed: &dyn Fn(&mut Stage) -> Told| {
        let told = provoke(&setup, deed);
        assert_eq!(told, expected.iter().map(|(id, reason)| (*id, (*reason).to_owned())).collect::<Vec<_>>());
        seen.extend(told.into_iter().map(|(_, reason)| reason));
    };
    let nothing = || json!({});
    let tom = || json!({"id": "tom@acme.example"});
    check(nothing(), &[(1, "connection_timeout")], &|stage| stage.in_trouble(1, Trouble::Overdue));
    for trouble in [Trouble::Behind, Trouble::Garbled, Trouble::TooLarge(10)] {
        check(nothing(), &[(1, "agent_disconnected_by_server")], &|stage| stage.in_trouble(1, trouble));
    }
    check(nothing(), &[(2, "access_token_expired")], &|stage| {
        stage.wait(VirtualSpan::from_mins(61));
        stage.orders()
    });
    check(nothing(), &[(3, "access_token_revoked")], &|stage| {
        stage.configure("v3.6", "delete_agent", PAT, &tom());
        stage.orders()
    });
    check(nothing(), &[(3, "agent_disconnected_by_server")], &|stage| {
        stage.configure("v3.6", "suspend_agent", PAT, &tom());
        stage.orders()
    });
    check(nothing(), &[(3, "role_permissions_changed")], &|stage| {
        let role = json!({"id": "tom@acme.example", "role": "administrator"});
        stage.configure("v3.6", "update_agent", PAT, &role);
        stage.orders()
    });
    check(nothing(), &[(2, "agent_logged_out_remotely")], &|stage| stage.asks(1, "logout", json!({})));
    check(json!({"rtm": {"connections": 2}}), &[(1, "connection_evicted")], &|stage| {
        stage.connect(4, PATH);
        stage.asks(4, "login", json!({"token": MIA}))
    });
    check(json!({"region": "dal"}), &[(4, "misdirected_connection")], &|stage| {
        stage.connect(4, PATH);
        let told = stage.asks(4, "login", json!({"token": "Bearer fra:elsewhere"}));
        assert_eq!(payload(&told, 4, "agent_disconnected")["data"], json!({"region": "fra"}));
        told
    });
    check(nothing(), &[(4, "unsupported_version")], &|stage| stage.connect(4, "/v3.3/agent/rtm/ws"));
    for reason in Reason::OF_AGENTS {
        assert!(seen.iter().any(|seen| seen == reason.word()), "{} never came", reason.word());
    }
}

#[test]
fn a_token_that_expires_takes_no_session_along_that_has_another() {
    let told = provoke(&json!({}), |stage| {
        assert_eq!(stage.rpc(2, "update_session", json!({"token": TOM}))["payload"]["error"]["type"], "authentication");
        assert_eq!(stage.rpc(2, "update_session", json!({"token": "x"}))["payload"]["error"]["type"], "authentication");
        assert_eq!(stage.rpc(2, "update_session", json!({"token": MIA}))["success"], true);
        stage.wait(VirtualSpan::from_mins(61));
        stage.orders()
    });
    assert_eq!(told, []);
}
