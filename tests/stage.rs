//! The stand-in inside a test: `rehearsal::Stage`.

use std::time::Duration;

use rehearsal::journal::What;
use rehearsal::{Stage, StageError, StagedWorld, Tenant};

use crate::support::client::Client;
use crate::support::receiver::{Line, OK, Receiver};

const TENANT: &str = "platform: livechat
setup:
  bots: [{name: Order bot, webhooks: {url: \"${bot}/hook\", actions: [incoming_chat, incoming_event]}}]
customers: {alice: {}}
";

/// How a call of a bot of this world is answered.
async fn call(stage: &Stage, token: &str) -> u16 {
    let address = stage.url().strip_prefix("http://").unwrap().parse().unwrap();
    let mut client = Client::connect(address).await;
    let head =
        format!("host: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 2");
    client.send(format!("POST /v3.6/agent/action/list_chats HTTP/1.1\r\n{head}\r\n\r\n{{}}")).await;
    client.answer().await.unwrap().status
}

fn token(world: &StagedWorld) -> String {
    world.export("LIVECHAT_TOKEN").unwrap().expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn worlds_of_a_stage_meet_their_bots_and_not_each_other() {
    let mut bot = Receiver::start(std::iter::repeat_n(Line::Answer(OK), 8)).await;
    let stage = Stage::start().await.unwrap();
    let tenant = || Tenant::of(TENANT).bot(format!("http://{}", bot.address));
    let (one, other) = (stage.open(tenant()).await.unwrap(), stage.open(tenant()).await.unwrap());
    assert_ne!(token(&one), token(&other));
    one.play("start_chat: {as: alice, text: Hi}").await.unwrap();
    one.play("expect: {event: incoming_chat, delivered: true}").await.unwrap();
    assert!(bot.request().await.starts_with("POST /hook HTTP/1.1"));
    assert!(one.idle(Duration::from_secs(5)).await);
    let chats =
        |world: &StagedWorld| world.journal().iter().filter(|entry| matches!(entry.what, What::Queued { .. })).count();
    assert_eq!((chats(&one), chats(&other)), (1, 0));
    assert_eq!(call(&stage, &token(&one)).await, 200);
    let gone = token(&other);
    drop(other);
    assert_eq!(call(&stage, &gone).await, 401, "a world that is dropped is nobody's any more");
    assert_eq!(call(&stage, &token(&one)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_done_on_a_stage_is_told() {
    let stage = Stage::start().await.unwrap();
    let wrong = stage.open(Tenant::of("platform: livechatt")).await.unwrap_err();
    assert!(matches!(&wrong, StageError::Text(text) if text.contains("did you mean `livechat`?")), "{wrong}");
    let wrong = stage.open(Tenant::of(TENANT).bot("bot")).await.unwrap_err();
    assert!(matches!(wrong, StageError::Bot(_)), "{wrong}");
    let tenant = || Tenant::of(format!("{TENANT}seed: 7\n"));
    let world = stage.open(tenant()).await.unwrap();
    let wrong = world.play("star_chat: {as: alice}").await.unwrap_err();
    assert!(matches!(&wrong, StageError::Text(text) if text.contains("did you mean `start_chat`?")), "{wrong}");
    let refused = world.play("say: {as: alice, text: Hi}").await.unwrap_err();
    assert!(matches!(&refused, StageError::Refused { step, .. } if step.starts_with("say")), "{refused}");
    world.play("[start_chat: {as: alice, text: Hi}, expect_none: {message: {from: bot}}]").await.unwrap();
    let missed = world.play("expect: {message: {from: customer, text: Ho}, within: 50ms}").await.unwrap_err();
    let told = missed.to_string();
    for part in ["is not met\n  expected  a message from customer", "\n  nearest   #", "but was \"Hi\""] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    let before = world.now();
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert!(world.now().since(before).as_nanos() >= 86_400_000_000_000);
}
