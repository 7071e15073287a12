using Smplat.Core.Operators;

namespace Smplat.Tests.Operators;

public sealed class KeyReviewPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 30, 9, 0, 0, TimeSpan.Zero);

    private static readonly ConfiguredKey Checkout = new("checkout", "CHECKOUT_API_KEY", "aaaa", ["storefront"]);

    private static readonly ConfiguredKey Operator = new("operator", "OPERATOR_API_KEY", "bbbb", ["operator"]);

    [Test]
    public void There_are_no_findings_when_every_key_is_used_and_nothing_was_refused() =>
        Assert.That(Judge([Checkout, Operator], [Use("checkout", "aaaa"), Use("operator", "bbbb")]).Findings, Is.Empty);

    [Test]
    public void A_key_that_nobody_used_is_found() =>
        Assert.That(
            Judge([Checkout, Operator], [Use("operator", "bbbb")]).Findings.Single(), Does.StartWith("CHECKOUT_API_KEY (aaaa) was not used for 30 days"));

    [Test]
    public void Uses_of_a_key_of_the_same_name_but_another_fingerprint_do_not_count() =>
        Assert.That(Judge([Checkout, Operator], [Use("checkout", "cccc"), Use("operator", "bbbb")]).Keys[0].IsUnused, Is.True);

    [Test]
    public void A_missing_operator_key_is_found() =>
        Assert.That(Judge([Checkout], [Use("checkout", "aaaa")]).Findings.Single(), Does.StartWith("OPERATOR_API_KEY is not set"));

    [Test]
    public void Attempts_with_wrong_keys_are_found_and_requests_without_any_are_not() =>
        Assert.That(
            Judge(
                [Checkout, Operator],
                [
                    Use("checkout", "aaaa"), Use("operator", "bbbb"), Use("unknown", "", KeyUseOutcome.WrongKey, 7),
                    Use("unknown", "", KeyUseOutcome.NoKey, 100),
                ]).Findings.Single(),
            Does.StartWith("7 attempts on operator routes"));

    [Test]
    public void A_log_younger_than_the_window_is_reported() =>
        Assert.That(
            KeyReviewPolicy.Judge([], [], new DateOnly(2026, 6, 20), new DateOnly(2026, 5, 31), 30, Now).Findings.Single(), Does.Contain("2026-06-20"));

    private static KeyReviewReport Judge(ConfiguredKey[] keys, KeyUseRow[] uses) =>
        KeyReviewPolicy.Judge(keys, uses, new DateOnly(2026, 1, 1), new DateOnly(2026, 5, 31), 30, Now);

    private static KeyUseRow Use(string key, string fingerprint, string outcome = KeyUseOutcome.Opened, long uses = 1) =>
        new(key, fingerprint, "operator", outcome, uses, Now, Now);
}
