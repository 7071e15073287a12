using System.Web;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.Stripe;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Payments;

/// <summary>What Stripe's own library sends and how it reads the answers, over real sockets.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StripeGatewayTests
{
    private const string PinnedVersion = "2026-10-28.endive";

    [Test]
    public async Task A_session_is_requested_in_Stripes_form_encoding_with_our_key_and_ids()
    {
        await using var lab = await Lab.StartAsync();
        var request = ARequest() with
        {
            Lines = [new("Grow & shine + 100 %", 1999, 3), new("Ünïcode [x]=y", 1, 1)],
            CustomerEmail = "ada+shop@example.test",
        };

        var made = (SessionOutcome.Made)await lab.Gateway.CreateSessionAsync(request, CancellationToken.None);

        var call = lab.Stripe.Calls.All.Single();
        var form = HttpUtility.ParseQueryString(call.BodyText);
        var expected = new Dictionary<string, string>
        {
            ["mode"] = "payment",
            ["success_url"] = request.SuccessUrl,
            ["cancel_url"] = request.CancelUrl,
            ["client_reference_id"] = request.OrderId.ToString(),
            ["customer_email"] = "ada+shop@example.test",
            ["line_items[0][price_data][currency]"] = "eur",
            ["line_items[0][price_data][product_data][name]"] = "Grow & shine + 100 %",
            ["line_items[0][price_data][unit_amount]"] = "1999",
            ["line_items[0][quantity]"] = "3",
            ["line_items[1][price_data][currency]"] = "eur",
            ["line_items[1][price_data][product_data][name]"] = "Ünïcode [x]=y",
            ["line_items[1][price_data][unit_amount]"] = "1",
            ["line_items[1][quantity]"] = "1",
            ["metadata[order_id]"] = request.OrderId.ToString(),
            ["metadata[order_number]"] = "ON-1",
            ["metadata[payment_id]"] = request.PaymentId.ToString(),
            ["payment_intent_data[metadata][order_id]"] = request.OrderId.ToString(),
            ["payment_intent_data[metadata][order_number]"] = "ON-1",
            ["payment_intent_data[metadata][payment_id]"] = request.PaymentId.ToString(),
        };
        Assert.That(form.AllKeys.ToDictionary(key => key!, key => form[key]!), Is.EquivalentTo(expected));
        Assert.That(call.Headers["Content-Type"], Does.StartWith("application/x-www-form-urlencoded"));
        Assert.That(call.Headers["Authorization"], Is.EqualTo($"Bearer {FakeStripe.SecretKey}"));
        Assert.That(call.Headers["Idempotency-Key"], Is.EqualTo($"checkout-{request.PaymentId}"));
        var session = lab.Stripe.Sessions.Get(made.SessionId)!;
        Assert.That(made, Is.EqualTo(new SessionOutcome.Made(session.Id, session.Url, null)));
        Assert.That(session.AmountTotal, Is.EqualTo(5998));
    }

    [TestCase(null, PinnedVersion)]
    [TestCase("2024-06-20", "2024-06-20")]
    public async Task Every_call_carries_the_API_version_of_the_library_or_the_configured_one(string? setting, string sent)
    {
        await using var lab = await Lab.StartAsync(version: setting);
        var made = (SessionOutcome.Made)await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        await lab.Gateway.EndSessionAsync(made.SessionId, CancellationToken.None);
        await lab.Gateway.EndSessionAsync(made.SessionId, CancellationToken.None);

        Assert.That(lab.Stripe.Calls.All.Select(call => call.Headers["Stripe-Version"]), Is.EqualTo(Enumerable.Repeat(sent, 4)));
    }

    [Test]
    public async Task No_call_reveals_the_machine_or_earlier_calls_to_Stripe()
    {
        await using var lab = await Lab.StartAsync();

        await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);
        await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        foreach (var call in lab.Stripe.Calls.All)
        {
            Assert.That(call.Headers.Keys, Has.None.EqualTo("X-Stripe-Client-Telemetry").IgnoreCase);
            Assert.That(
                call.Headers["X-Stripe-Client-User-Agent"],
                Does.Not.Contain("platform").And.Not.Contain("telemetry_id").And.Not.Contain(Environment.MachineName));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_intent_is_known_when_the_answer_contains_or_expands_it(bool expanded)
    {
        await using var lab = await Lab.StartAsync();
        var intent = expanded ? """{"id":"pi_1","object":"payment_intent","amount":5}""" : "\"pi_1\"";
        lab.Stripe.Faults.Always(new Fault.OddJson(
            $$"""{"id":"cs_1","object":"checkout.session","url":"https://pay.test/1","payment_intent":{{intent}},"news":{"of":[2030]} }"""));

        var made = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(made, Is.EqualTo(new SessionOutcome.Made("cs_1", "https://pay.test/1", "pi_1")));
    }

    [TestCase(400, true)]
    [TestCase(401, true)]
    [TestCase(402, true)]
    [TestCase(403, true)]
    [TestCase(404, true)]
    [TestCase(408, false)]
    [TestCase(409, false)]
    [TestCase(429, false)]
    [TestCase(500, false)]
    [TestCase(502, false)]
    [TestCase(503, false)]
    [TestCase(307, false)]
    public async Task A_refusal_is_final_and_a_temporary_failure_is_retried_once(int status, bool isDefinite)
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.Status(
            status, """{"error":{"type":"invalid_request_error","code":"x","param":"mode","message":"Not like this."}}"""));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new SessionOutcome.Failed($"Stripe answered {status}: Not like this.", isDefinite)));
        Assert.That(lab.Stripe.Calls.All, Has.Count.EqualTo(isDefinite ? 1 : 2));
        Assert.That(lab.Stripe.Calls.All.Select(call => call.Headers["Idempotency-Key"]).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_carries_Stripes_message_and_request_id()
    {
        await using var lab = await Lab.StartAsync();

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest() with { SuccessUrl = "" }, CancellationToken.None);

        var failed = (SessionOutcome.Failed)outcome;
        Assert.That(failed.IsDefinite, Is.True);
        Assert.That(failed.Reason, Does.Match(@"^Stripe answered 400: Missing required param: success_url\. \(req_[0-9a-f]{14}\)$"));
    }

    [Test]
    public async Task A_key_used_before_with_other_parameters_is_not_a_refusal_because_its_session_exists()
    {
        await using var lab = await Lab.StartAsync();
        var request = ARequest();
        await lab.Gateway.CreateSessionAsync(request, CancellationToken.None);

        var outcome = await lab.Gateway.CreateSessionAsync(request with { CancelUrl = "https://shop.test/other" }, CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<SessionOutcome.Failed>().With.Property("IsDefinite").False);
        Assert.That(lab.Stripe.Sessions.All, Has.Count.EqualTo(1));
    }

    [TestCase("""{"error":"fault"}""")]
    [TestCase("""{"error":{"message":5}}""")]
    [TestCase("""{"error":[]}""")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("")]
    [TestCase("<html>secret of the gateway</html>")]
    [TestCase("{\"error\":{\"message\":\"cut of")]
    public async Task An_error_body_of_any_shape_is_a_failure_and_never_copied(string body)
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.Status(500, body));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);
        var end = await lab.Gateway.EndSessionAsync("cs_1", CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<SessionOutcome.Failed>().With.Property("IsDefinite").False);
        Assert.That(((SessionOutcome.Failed)outcome).Reason, Does.StartWith("Stripe").And.Not.Contain("secret"));
        Assert.That(end, Is.TypeOf<SessionEnd.Failed>());
    }

    [TestCase("{}")]
    [TestCase("""{"id":"cs_1"}""")]
    [TestCase("""{"id":5,"url":{}}""")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("{\"id\":\"cs_1\",\"url\":\"cut of")]
    public async Task After_a_success_without_a_session_it_is_unknown_whether_one_exists(string body)
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.OddJson(body));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);
        var end = await lab.Gateway.EndSessionAsync("cs_1", CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<SessionOutcome.Failed>().With.Property("IsDefinite").False);
        Assert.That(end, Is.TypeOf<SessionEnd.Failed>());
    }

    [Test]
    public async Task A_reason_never_contains_the_key_even_when_Stripe_repeats_it()
    {
        await using var lab = await Lab.StartAsync(secretKey: "sk_live_0123456789");
        lab.Stripe.Faults.Always(new Fault.Status(
            401, """{"error":{"message":"Invalid API Key provided: sk_live_0123456789. Ask ada@example.test for it"}}"""));

        var failed = (SessionOutcome.Failed)await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(failed.Reason, Is.EqualTo("Stripe answered 401: Invalid API Key provided: ***. Ask ***@*** for it"));
    }

    [Test]
    public async Task A_missing_answer_takes_the_timeout_twice_and_the_result_is_unknown()
    {
        await using var lab = await Lab.StartAsync(timeoutSeconds: 1);
        lab.Stripe.Faults.Always(new Fault.Hang());

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new SessionOutcome.Failed("Stripe did not answer within 1 s.", IsDefinite: false)));
        Assert.That(lab.Stripe.Calls.All, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_answer_that_trickles_in_takes_the_timeout_too()
    {
        await using var lab = await Lab.StartAsync(timeoutSeconds: 1);
        lab.Stripe.Faults.Always(new Fault.SlowDrip(1, TimeSpan.FromMilliseconds(100)));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new SessionOutcome.Failed("Stripe did not answer within 1 s.", IsDefinite: false)));
    }

    [Test]
    public async Task An_endless_answer_is_cut_off()
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.Flood(64 * 1024 * 1024));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<SessionOutcome.Failed>().With.Property("IsDefinite").False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task After_a_broken_connection_it_is_unknown_whether_a_session_exists(bool afterHeaders)
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.ConnectionDrop(afterHeaders));

        var outcome = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<SessionOutcome.Failed>().With.Property("IsDefinite").False);
    }

    [Test]
    public async Task A_canceled_call_is_not_reported_as_a_timeout()
    {
        await using var lab = await Lab.StartAsync();
        lab.Stripe.Faults.Always(new Fault.Hang());
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.That(
            async () => await lab.Gateway.CreateSessionAsync(ARequest(), leaving.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Ending_calls_Stripe_each_time_and_reads_the_session_when_it_is_no_longer_open()
    {
        await using var lab = await Lab.StartAsync();
        var made = (SessionOutcome.Made)await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);
        lab.Stripe.Calls.Clear();

        var first = await lab.Gateway.EndSessionAsync(made.SessionId, CancellationToken.None);
        var second = await lab.Gateway.EndSessionAsync(made.SessionId, CancellationToken.None);
        var unknown = await lab.Gateway.EndSessionAsync("cs_nobody/../x", CancellationToken.None);

        Assert.That(new[] { first, second, unknown }, Is.All.EqualTo(new SessionEnd.Ended()));
        var expiries = lab.Stripe.Calls.To("/expire");
        Assert.That(expiries.Select(call => call.Headers["Idempotency-Key"]).Distinct().Count(), Is.EqualTo(expiries.Count));
        Assert.That(
            lab.Stripe.Calls.All.Select(call => call.Method), Is.EqualTo(new[] { "POST", "POST", "GET", "POST", "GET" }));
    }

    [Test]
    public async Task An_open_session_that_Stripe_refuses_to_end_is_a_failure()
    {
        await using var lab = await Lab.StartAsync();
        var made = (SessionOutcome.Made)await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);
        lab.Stripe.Faults.Next(
            new Fault.Status(400, """{"error":{"message":"Not now."}}"""), 1, $"/v1/checkout/sessions/{made.SessionId}/expire");

        var end = await lab.Gateway.EndSessionAsync(made.SessionId, CancellationToken.None);

        Assert.That(end, Is.EqualTo(new SessionEnd.Failed("Stripe refuses to end the session although it is open.")));
    }

    [Test]
    public async Task A_key_that_is_changed_while_running_is_used_from_the_next_call_on()
    {
        await using var lab = await Lab.StartAsync(secretKey: "sk_old");
        var before = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        lab.Set(FakeStripe.SecretKey);
        var after = await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(before, Is.TypeOf<SessionOutcome.Failed>());
        Assert.That(after, Is.TypeOf<SessionOutcome.Made>());
    }

    [Test]
    public async Task Outside_a_local_run_an_address_inside_the_network_is_not_called()
    {
        await using var lab = await Lab.StartAsync(environment: "production");

        var outcome = (SessionOutcome.Failed)await lab.Gateway.CreateSessionAsync(ARequest(), CancellationToken.None);

        Assert.That(outcome.IsDefinite, Is.True);
        Assert.That(outcome.Reason, Does.Contain("SMPLAT_ALLOW_PRIVATE_NETWORKS"));
        Assert.That(lab.Stripe.Calls.All, Is.Empty);
    }

    private static SessionRequest ARequest() => new(
        Guid.NewGuid(),
        Guid.NewGuid(),
        "ON-1",
        "EUR",
        [new("Growth", 1000, 1)],
        "https://shop.test/ok?a=1&b={CHECKOUT_SESSION_ID}",
        "https://shop.test/no",
        null);

    /// <summary>The gateway without the rest of the app.</summary>
    private sealed class Lab(FakeStripe stripe, Monitor<PaymentsOptions> options, StripeGateway gateway) : IAsyncDisposable
    {
        public FakeStripe Stripe => stripe;

        public StripeGateway Gateway => gateway;

        public static async Task<Lab> StartAsync(
            string secretKey = FakeStripe.SecretKey, string? version = null, int timeoutSeconds = 10, string environment = "local")
        {
            var stripe = new FakeStripe(TimeProvider.System);
            await stripe.StartAsync(CancellationToken.None);
            var options = new Monitor<PaymentsOptions>(new()
            {
                SecretKey = secretKey,
                ApiBase = stripe.Address,
                ApiVersion = version,
                TimeoutSeconds = timeoutSeconds,
            });
            return new(stripe, options, new(options, new(new Monitor<RuntimeOptions>(new() { Environment = environment })), TimeProvider.System));
        }

        public void Set(string secretKey) => options.CurrentValue = new() { SecretKey = secretKey, ApiBase = stripe.Address };

        public async ValueTask DisposeAsync()
        {
            gateway.Dispose();
            await stripe.DisposeAsync();
        }
    }
}
