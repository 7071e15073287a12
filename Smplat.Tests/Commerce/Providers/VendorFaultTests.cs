using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Resilience;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Every fault of a vendor leads to one failure with its own code, and nothing else.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class VendorFaultTests
{
    private static IEnumerable<TestCaseData> Faults =>
        from id in VendorsUnderTest.All
        from fault in new (string Name, Fault Fault, string Code)[]
        {
            ("status 500", new Fault.Status(500), "HTTP_500"),
            ("status 503 with a page", new Fault.Status(503, "<html>busy</html>"), "HTTP_503"),
            ("status 404", new Fault.Status(404), "HTTP_404"),
            ("429", new Fault.TooManyRequests(), "HTTP_429"),
            ("429 with Retry-After", new Fault.TooManyRequests(60), "HTTP_429"),
            ("malformed JSON", new Fault.MalformedJson(), ProviderFailureCodes.BadAnswer),
            ("JSON of another shape", new Fault.OddJson(), ProviderFailureCodes.BadAnswer),
            ("a JSON list of numbers", new Fault.OddJson("[1,2,3]"), ProviderFailureCodes.BadAnswer),
            ("an empty body", new Fault.OddJson(""), ProviderFailureCodes.BadAnswer),
            ("null", new Fault.OddJson("null"), ProviderFailureCodes.BadAnswer),
            ("a dropped connection", new Fault.ConnectionDrop(), ProviderFailureCodes.Unavailable),
            ("a connection dropped in the body", new Fault.ConnectionDrop(AfterHeaders: true), ProviderFailureCodes.Unavailable),
            ("a flood", new Fault.Flood(64 * 1024 * 1024), ProviderFailureCodes.Unavailable),
            ("a hang", new Fault.Hang(), ProviderFailureCodes.Timeout),
            ("a slow drip", new Fault.SlowDrip(1, TimeSpan.FromMilliseconds(200)), ProviderFailureCodes.Timeout),
        }
        select new TestCaseData(id, fault.Fault, fault.Code).SetArgDisplayNames(id.ToWire(), fault.Name);

    [TestCaseSource(nameof(Faults))]
    public async Task A_fault_becomes_a_failure_with_its_code(ProviderId id, Fault fault, string code)
    {
        await using var fixture = await VendorFixture.StartAsync();
        VendorsUnderTest.Of(fixture.Vendors, id).Faults.Always(fault);

        var failure = await fixture.FailedAsync(id, timeoutMs: fault is Fault.Hang or Fault.SlowDrip ? 700 : 8000);

        Assert.That(failure.Code, Is.EqualTo(code));
    }

    [Test]
    [Prevents("P-6")]
    [Prevents("D-7")]
    public async Task A_transient_fault_is_survived_by_a_retry([ValueSource(typeof(VendorsUnderTest), nameof(VendorsUnderTest.All))] ProviderId id)
    {
        await using var fixture = await VendorFixture.StartAsync();
        var vendor = VendorsUnderTest.Of(fixture.Vendors, id);
        vendor.Faults.Next(new Fault.Status(503));
        vendor.Faults.Next(new Fault.ConnectionDrop());

        var outcome = await fixture.QuoteAsync(id, timeoutMs: 8000, retries: 2);

        Assert.That(outcome, Is.TypeOf<QuoteOutcome.Quoted>());
    }

    [TestCase(500, 2, 3)]
    [TestCase(503, 0, 1)]
    [TestCase(404, 3, 1)]
    public async Task A_transient_fault_is_retried_as_often_as_set_and_a_final_one_never(int status, int retries, int calls)
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(status));

        var failure = await fixture.FailedAsync(ProviderId.WalmartApi, timeoutMs: 8000, retries: retries);

        Assert.That((failure.Code, failure.Retryable), Is.EqualTo(($"HTTP_{status}", status >= 500)));
        Assert.That(fixture.Vendors.Walmart.Calls.All, Has.Count.EqualTo(calls));
    }

    [Test]
    public async Task The_vendor_s_retry_delay_is_respected()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Next(new Fault.TooManyRequests(1));

        var outcome = await fixture.QuoteAsync(ProviderId.WalmartApi, timeoutMs: 8000, retries: 1);

        var calls = fixture.Vendors.Walmart.Calls.All;
        Assert.That(outcome, Is.TypeOf<QuoteOutcome.Quoted>());
        Assert.That(calls[1].At - calls[0].At, Is.GreaterThan(TimeSpan.FromMilliseconds(950)));
    }

    [Test]
    public async Task A_retry_delay_beyond_the_budget_is_not_waited_for()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Faults.Always(new Fault.TooManyRequests(3600));

        var failure = await fixture.FailedAsync(ProviderId.WalmartApi, timeoutMs: 8000, retries: 3);

        Assert.That(failure.Code, Is.EqualTo("HTTP_429"));
        Assert.That(fixture.Vendors.Walmart.Calls.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_used_up_quota_fails_without_a_vendor_call()
    {
        await using var fixture = await VendorFixture.StartAsync(("WALMART_DAILY_LIMIT", "2"));

        var failure = await fixture.FailedAsync(ProviderId.WalmartApi);

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.QuotaExhausted));
        Assert.That(fixture.Vendors.Walmart.Calls.All, Has.Count.InRange(1, 2), "the refusal may overtake the last call that was granted");
    }

    [Test]
    public async Task A_host_that_is_not_the_vendor_s_gets_no_credentials()
    {
        await using var fixture = await VendorFixture.StartAsync(
            ("SMPLAT_ENVIRONMENT", "production"), ("KROGER_BASE_URL", "https://kroger.example.org/v1"));

        var failure = await fixture.FailedAsync(ProviderId.KrogerApi);

        Assert.That(failure.Message, Does.Contain("not allowed"));
        Assert.That(fixture.Vendors.Kroger.Calls.All, Is.Empty);
    }

    [Test]
    public async Task Outside_a_local_run_a_vendor_inside_the_network_is_not_called()
    {
        await using var fixture = await VendorFixture.StartAsync(
            ("SMPLAT_ENVIRONMENT", "production"),
            ("LOOPGPT_VENDOR_EXTRA_HOSTS", "localhost"),
            ("KROGER_BASE_URL", "https://localhost:9/v1"));

        var failure = await fixture.FailedAsync(ProviderId.KrogerApi, retries: 2);

        Assert.That(failure.Message, Does.Contain("SMPLAT_ALLOW_PRIVATE_NETWORKS"));
    }

    [Test]
    public async Task Repeated_failures_open_the_circuit_and_a_good_answer_closes_it()
    {
        var clock = new ShiftedClock();
        await using var fixture = await VendorFixture.StartAsync(clock);
        var circuits = fixture.Get<ProviderCircuits>();
        fixture.Vendors.Walmart.Faults.Always(new Fault.Status(500));
        for (var time = 0; time < 5; time++)
            await fixture.FailedAsync(ProviderId.WalmartApi);

        var skipped = await fixture.FailedAsync(ProviderId.WalmartApi);
        Assert.That(skipped.Code, Is.EqualTo(ProviderFailureCodes.CircuitOpen));
        Assert.That(fixture.Vendors.Walmart.Calls.All, Has.Count.EqualTo(5));
        Assert.That(circuits.For(ProviderId.WalmartApi), Is.EqualTo(CircuitState.Open));

        fixture.Vendors.Walmart.Faults.Clear();
        clock.Shift(TimeSpan.FromSeconds(31));
        Assert.That(circuits.For(ProviderId.WalmartApi), Is.EqualTo(CircuitState.HalfOpen));
        await fixture.QuotedAsync(ProviderId.WalmartApi);
        Assert.That(circuits.For(ProviderId.WalmartApi), Is.EqualTo(CircuitState.Closed));
    }

    [Test]
    public async Task Refused_credentials_do_not_open_the_circuit()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.RejectEveryone = true;

        for (var time = 0; time < 6; time++)
            Assert.That((await fixture.FailedAsync(ProviderId.WalmartApi)).Code, Is.EqualTo("HTTP_401"));
    }

    [Test]
    public async Task A_limit_of_zero_means_no_limit()
    {
        await using var fixture = await VendorFixture.StartAsync(("WALMART_DAILY_LIMIT", "0"));

        Assert.That(await fixture.Get<VendorQuotas>().TryTakeAsync(ProviderId.WalmartApi, "search", default), Is.True);
        Assert.That(await fixture.Get<VendorQuotas>().ReadAsync(default), Has.None.Property(nameof(QuotaUse.Bucket)).StartsWith("WALMART"));
    }
}
