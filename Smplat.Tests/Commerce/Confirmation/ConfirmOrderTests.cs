using System.Net;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

public sealed class ConfirmOrderTests
{
    [Test]
    [Prevents("O-1")]
    public async Task An_order_is_placed_at_the_winner_with_what_the_session_says()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.Multiple(() =>
        {
            Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
            Assert.That(answer.GetProperty("orderId").GetString(), Does.StartWith("order_mealme_"));
            Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("placed"));
            Assert.That(answer.GetProperty("failoverAttempted").GetBoolean(), Is.False);
            Assert.That(
                answer.GetProperty("estimatedDelivery").GetDateTimeOffset(),
                Is.EqualTo(TimeProvider.System.GetUtcNow().AddMinutes(60)).Within(TimeSpan.FromMinutes(1)));
            Assert.That(mealMe.LastConfirm!.Quote.Quote.TotalCents, Is.EqualTo(6000));
            Assert.That(mealMe.LastConfirm.Basket.Address.Street, Is.EqualTo("123 Main St"));
            Assert.That(mealMe.LastConfirm.Payment!.Token, Is.EqualTo("pm_secret"));
        });
        Assert.That(await app.ScalarAsync<string>("select status from commerce.routing_sessions"), Is.EqualTo("confirmed"));
        Assert.That(await app.ScalarAsync<long>("select commission_cents from commerce.orders"), Is.EqualTo(180));
        Assert.That(await app.ScalarAsync<string>("select outcome from commerce.order_attempts"), Is.EqualTo("placed"));
        Assert.That(await app.ScalarAsync<string>("select outcome from commerce.order_outcomes"), Is.EqualTo("success"));
    }

    [Test]
    [Prevents("O-2")]
    public async Task A_double_click_places_one_order_and_both_calls_end_with_the_same_answer()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.ConfirmAsync(token)));
        var repeated = await app.ConfirmAsync(token);

        var orderIds = answers.Where(answer => answer.GetProperty("success").GetBoolean())
            .Select(answer => answer.GetProperty("orderId").GetString()).Distinct().ToArray();
        Assert.That(orderIds, Is.EqualTo(new[] { repeated.GetProperty("orderId").GetString() }));
        Assert.That(answers.Select(answer => answer.Error()), Is.All.AnyOf(null, "CONFIRMATION_IN_PROGRESS"));
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(1));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_idempotency_key_repeats_its_answer_and_belongs_to_one_order()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var (first, second) = (await app.TokenAsync(), await app.TokenAsync());

        var answer = await app.ConfirmAsync(first, idempotencyKey: "k1");
        var repeated = await app.ConfirmAsync(first, idempotencyKey: "k1");
        var other = await app.ConfirmAsync(first, idempotencyKey: "k2");
        var reused = await app.ConfirmAsync(second, idempotencyKey: "k1");

        Assert.That(repeated.GetRawText(), Is.EqualTo(answer.GetRawText()));
        Assert.That(other.Error(), Is.EqualTo("TOKEN_ALREADY_USED"));
        Assert.That(reused.Error(), Is.EqualTo("IDEMPOTENCY_KEY_REUSED"));
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Many_callers_with_one_key_at_once_all_get_the_one_answer()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        for (var round = 0; round < 10; round++)
        {
            var (token, key) = (await app.TokenAsync(), $"key-{round}");

            var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => app.ConfirmAsync(token, idempotencyKey: key)));

            Assert.That(answers.Select(answer => answer.GetRawText()).Distinct().Count(), Is.EqualTo(1), answers[0].GetRawText());
            Assert.That(answers[0].GetProperty("success").GetBoolean(), Is.True);
        }
    }

    [Test]
    public async Task A_key_belongs_to_the_caller_who_chose_it_and_is_free_once_it_has_expired()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var (first, second) = (await app.TokenAsync(), await app.TokenAsync());
        var another = await app.TokenAsync(",\"userId\":\"u2\"");

        Assert.That((await app.ConfirmAsync(first, idempotencyKey: "1")).GetProperty("success").GetBoolean(), Is.True);
        Assert.That((await app.ConfirmAsync(another, "u2", "1")).GetProperty("success").GetBoolean(), Is.True);
        Assert.That((await app.ConfirmAsync(second, idempotencyKey: "1")).Error(), Is.EqualTo("IDEMPOTENCY_KEY_REUSED"));
        await app.ExecuteAsync("update commerce.idempotency set expires_at = now() - interval '1 s'");
        Assert.That((await app.ConfirmAsync(second, idempotencyKey: "1")).GetProperty("success").GetBoolean(), Is.True);
    }

    [Test]
    [Prevents("O-1")]
    public async Task Unknown_expired_and_other_users_tokens_are_refused_with_a_code()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();
        var expired = await app.TokenAsync(",\"userId\":\"late\"");
        await app.ExecuteAsync("update commerce.routing_sessions set expires_at = now() - interval '1 s' where user_id = 'late'");

        Assert.That((await app.ConfirmAsync("conf_1_forged")).Error(), Is.EqualTo("TOKEN_NOT_FOUND"));
        Assert.That((await app.ConfirmAsync(token, "somebody else")).Error(), Is.EqualTo("USER_MISMATCH"));
        Assert.That((await app.ConfirmAsync(expired, "late")).Error(), Is.EqualTo("TOKEN_EXPIRED"));
        Assert.That(mealMe.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task The_contact_of_the_shopper_reaches_the_provider_and_no_table()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();

        var (_, answer) = await app.PostAsync(
            "loopgpt_confirm_order",
            $$"""{"confirmationToken":"{{token}}","userId":"u1","customer":{"name":"Ada Byron","email":"ada@example.com","phone":"(415) 555-0100"} }""",
            RouterFixture.Key);
        await app.FlushLogAsync();

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(
            (mealMe.LastConfirm!.Contact!.Name, mealMe.LastConfirm.Contact.Email, mealMe.LastConfirm.Contact.Phone),
            Is.EqualTo(("Ada Byron", "ada@example.com", "14155550100")));
        Assert.That(
            await app.ScalarAsync<long>("select count(*) from (select s::text as t from commerce.routing_sessions s union all select o::text from commerce.orders o union all select l::text from edge_logs l) x where t like '%Byron%' or t like '%ada@%' or t like '%5550100%'"),
            Is.Zero);
    }

    [Test]
    public async Task A_hand_off_says_that_nothing_is_ordered_yet()
    {
        await using var app = await RouterFixture.StartAsync();
        var body = await app.RouteAsync(Baskets.Three());

        var answer = await app.ConfirmAsync(body.GetProperty("confirmationToken").GetString()!);

        Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("handoff"));
        Assert.That(answer.GetProperty("checkoutUrl").GetString(), Is.EqualTo(body.GetProperty("affiliateUrl").GetString()));
        Assert.That(await app.ScalarAsync<string>("select status from commerce.orders"), Is.EqualTo("handed_off"));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.order_outcomes"), Is.Zero);
    }

    [TestCase("{}")]
    [TestCase("""{"confirmationToken":"x"}""")]
    [TestCase("""{"userId":"x"}""")]
    [TestCase("""{"confirmationToken":5,"userId":"x"}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","paymentMethod":{"type":"gold","token":"t"}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","customer":{"email":"nobody"}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","customer":{"phone":"call me at ten"}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","customer":{"name":"   "}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","customer":{"email":"ada @"}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","paymentMethod":{"type":"card","token":" "}}""")]
    [TestCase("""{"confirmationToken":"x","userId":"x","userId":"y"}""", "INVALID_JSON")]
    [TestCase("""{"confirmationToken":"x","userId":"x","customer":{"name":"a","name":"b"}}""", "INVALID_JSON")]
    [TestCase("[]", "INVALID_JSON")]
    [TestCase("{", "INVALID_JSON")]
    [TestCase("""{"confirmationToken":"\ud800","userId":"x"}""", "INVALID_JSON")]
    public async Task Invalid_bodies_are_refused_and_name_the_member(string json, string code = "INVALID_REQUEST")
    {
        await using var app = await RouterFixture.StartAsync();

        var (status, body) = await app.PostAsync("loopgpt_confirm_order", json, RouterFixture.Key);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo(code));
    }

    [TestCase("loopgpt_confirm_order")]
    [TestCase("loopgpt_cancel_order")]
    [TestCase("loopgpt_record_outcome")]
    [Prevents("O-4")]
    public async Task Without_a_key_nothing_is_confirmed_cancelled_or_learned(string function)
    {
        await using var app = await RouterFixture.StartAsync();

        var (status, body) = await app.PostAsync(function, "{}");

        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("UNAUTHORIZED"));
    }

    [Test]
    public async Task The_payment_token_is_stored_nowhere()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        await app.ConfirmAsync(await app.TokenAsync());
        await app.FlushLogAsync();

        var everything = await app.ScalarAsync<string>(
            """
            select (select string_agg(t::text, ' ') from commerce.routing_sessions t)
                || (select string_agg(t::text, ' ') from commerce.orders t)
                || (select string_agg(t::text, ' ') from commerce.order_attempts t)
                || (select string_agg(t::text, ' ') from edge_logs t)
            """);

        Assert.That(everything, Does.Not.Contain("pm_secret"));
    }
}
