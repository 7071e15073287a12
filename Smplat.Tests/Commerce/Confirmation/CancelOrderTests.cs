using System.Net;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

public sealed class CancelOrderTests
{
    [Test]
    [Prevents("H-7")]
    public async Task A_cancelled_token_cannot_be_confirmed_and_cancelling_again_succeeds()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();

        var first = await app.CancelAsync($$"""{"confirmation_token":"{{token}}","user_id":"u1"}""");
        var second = await app.CancelAsync($$"""{"confirmationToken":"{{token}}","userId":"u1"}""");

        Assert.That(first.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(second.GetProperty("success").GetBoolean(), Is.True);
        Assert.That((await app.ConfirmAsync(token)).Error(), Is.EqualTo("TOKEN_CANCELLED"));
        Assert.That(mealMe.ConfirmCount, Is.Zero);
    }

    [Test]
    [Prevents("O-4")]
    public async Task A_confirmed_order_is_cancelled_only_where_the_provider_can()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();
        var orderId = (await app.ConfirmAsync(token)).GetProperty("orderId").GetString();

        var refused = await app.CancelAsync($$"""{"order_id":"{{orderId}}","user_id":"u1","reason":"changed my mind"}""");
        mealMe.Capabilities = mealMe.Capabilities with { SupportsCancel = true };
        var done = await app.CancelAsync($$"""{"confirmationToken":"{{token}}","userId":"u1"}""");

        Assert.That(refused.Error(), Is.EqualTo("ALREADY_CONFIRMED"));
        Assert.That(done.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(done.TryGetProperty("refundAmount", out _), Is.False, "the provider said nothing about money");
        Assert.That(await app.ScalarAsync<string>("select status from commerce.orders"), Is.EqualTo("cancelled"));
        Assert.That(await app.ScalarAsync<string>("select status from commerce.routing_sessions"), Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task Unknown_expired_and_other_users_tokens_cannot_be_cancelled()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();

        Assert.That((await app.CancelAsync("""{"confirmationToken":"x","userId":"u1"}""")).Error(), Is.EqualTo("TOKEN_NOT_FOUND"));
        Assert.That((await app.CancelAsync("""{"order_id":"x","user_id":"u1"}""")).Error(), Is.EqualTo("TOKEN_NOT_FOUND"));
        Assert.That((await app.CancelAsync($$"""{"confirmationToken":"{{token}}","userId":"u2"}""")).Error(), Is.EqualTo("USER_MISMATCH"));
        await app.ExecuteAsync("update commerce.routing_sessions set expires_at = now() - interval '1 s'");
        Assert.That((await app.CancelAsync($$"""{"confirmationToken":"{{token}}","userId":"u1"}""")).Error(), Is.EqualTo("TOKEN_EXPIRED"));
    }

    [TestCase("{}")]
    [TestCase("""{"userId":"u1"}""")]
    [TestCase("""{"confirmationToken":"x"}""")]
    public async Task Missing_members_are_an_invalid_request(string json)
    {
        await using var app = await RouterFixture.StartAsync();

        var (status, body) = await app.PostAsync("loopgpt_cancel_order", json, RouterFixture.Key);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("INVALID_REQUEST"));
    }
}
