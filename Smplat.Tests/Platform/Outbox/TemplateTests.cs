using System.Text.Json;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class TemplateTests
{
    private static readonly string[] Kinds = [.. MessageKinds.All.Select(kind => kind.Name)];

    [TestCaseSource(nameof(Kinds))]
    public async Task Every_kind_renders_completely_with_its_sample(string kind)
    {
        await using var fixture = await OutboxFixture.StartAsync();

        var message = fixture.Get<MessagePreview>().Render(kind)!;

        Assert.Multiple(() =>
        {
            Assert.That(message.Subject, Is.Not.Empty.And.Not.Contain("\n"));
            Assert.That(message.Text + message.Html, Does.Not.Contain("{{").And.Not.Contain("UndefinedBinding"));
            Assert.That(message.Text.Length, Is.GreaterThan(60));
            Assert.That(message.Html, Does.StartWith("<!doctype html>").And.Contain("</html>"));
            Assert.That(message.UnsubscribeUrl is null, Is.EqualTo(MessageKinds.Find(kind)!.Class == MessageClass.Operator));
        });
    }

    [TestCase("order_status_update", "Order SM000123 is now Active")]
    [TestCase("checkout_recovery_prompt", "Action needed: finish checkout for order SM000123")]
    [TestCase("payment_success", "Payment received for order SM000123")]
    [TestCase("fulfillment_retry", "Retry scheduled for Follower Growth on order SM000123")]
    [TestCase("fulfillment_completion", "Fulfillment completed for order SM000123")]
    [TestCase("invoice_overdue", "Invoice INV-2026-041 is overdue")]
    [TestCase("weekly_digest", "Your SMPLAT weekly digest")]
    public async Task Subjects_follow_the_contract(string kind, string subject)
    {
        await using var fixture = await OutboxFixture.StartAsync();

        Assert.That(fixture.Get<MessagePreview>().Render(kind)!.Subject, Is.EqualTo(subject));
    }

    [Test]
    public async Task The_payment_mail_contains_blueprint_experiment_and_delivery_proof_and_has_a_receipt_attached()
    {
        await using var fixture = await OutboxFixture.StartAsync();

        var message = fixture.Get<MessagePreview>().Render("payment_success")!;

        Assert.Multiple(() =>
        {
            Assert.That(message.Text, Does.Contain("€1,249.50"));
            Assert.That(message.Html, Does.Contain("Order SM000123 blueprint").And.Contain("Plan: Growth, 30 days"));
            Assert.That(message.Html, Does.Contain("spring-offer, variant Bold"));
            Assert.That(message.Text, Does.Contain("followers: 1,875 from 1,200, aiming at 2,500"));
            Assert.That(message.Attachments.Single().FileName, Is.EqualTo("receipt-SM000123.html"));
        });
    }

    [Test]
    public async Task User_input_is_escaped_in_html_and_links_never_run_scripts()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var payload = JsonSerializer.SerializeToElement(new
        {
            subject = "Hi",
            message = "<script>alert('x')</script> & \"more\"",
            headline = "<b>deal</b>",
            text = "<img src=x onerror=alert(1)>",
            cta_url = "javascript:alert(1)",
            cta_label = "\" onmouseover=\"x",
        });
        var renderer = fixture.Get<MessageRenderer>();

        var nudge = renderer.Render(MessageKinds.Find("onboarding_concierge_nudge")!, payload, null, null);
        var offer = renderer.Render(MessageKinds.Find("loyalty_nudge")!, payload, null, null);

        Assert.That(nudge.Html, Does.Not.Contain("<script>"));
        Assert.That(nudge.Text, Does.Contain("<script>alert('x')</script> & \"more\""));
        Assert.That(offer.Html, Does.Not.Contain("<img").And.Not.Contain("javascript:").And.Not.Contain("\" onmouseover"));
        Assert.That(offer.Html, Does.Contain("href=\"#\""));
    }

    [TestCase(1234.5, "EUR", "en-US", "€1,234.50")]
    [TestCase(1234.5, "USD", "de-DE", "$1.234,50")]
    [TestCase(1234.5, "GBP", "fr-FR", "£1\u00a0234,50")]
    [TestCase(1234567.891, "CHF", "de-CH", "1\u2019234\u2019567.89 CHF")]
    [TestCase(-2, "eur", null, "-€2.00")]
    [TestCase(0.005, "EUR", "en", "€0.01")]
    public void Money_is_formatted_for_its_currency_and_the_recipients_locale(decimal amount, string currency, string? locale, string text) =>
        Assert.That(MoneyText.Format(amount, currency, locale), Is.EqualTo(text));

    [TestCase("on_hold", "On Hold")]
    [TestCase("loyaltyHold", "Loyalty Hold")]
    [TestCase("payment", "Payment")]
    public void Labels_become_titles(string label, string title) => Assert.That(LabelText.Title(label), Is.EqualTo(title));
}
