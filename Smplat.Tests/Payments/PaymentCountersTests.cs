using System.Text.Json;
using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

[Parallelizable(ParallelScope.All)]
public sealed class PaymentCountersTests
{
    private static readonly JsonSerializerOptions Naming = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Test]
    public async Task A_fresh_process_shows_every_total()
    {
        await using var fixture = await PaymentFixture.CreateAsync();

        var figures = await fixture.Inner.Get<PaymentCounters>().ReadAsync(CancellationToken.None);

        Assert.That((figures.Checkout.Totals.Succeeded, figures.Checkout.Totals.Failed), Is.EqualTo((0L, 0L)));
        Assert.That((figures.Webhooks.Totals.Processed.Count, figures.Webhooks.Totals.Failed.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Any_number_of_types_and_a_huge_error_stay_under_a_kilobyte()
    {
        await using var fixture = await PaymentFixture.CreateAsync();
        var tally = fixture.Inner.Get<PaymentCounters>();
        tally.CheckoutSucceeded(Guid.NewGuid());
        tally.CheckoutFailed(new string('x', 10_000));
        tally.WebhookFailed("charge.refunded", new string('y', 10_000));
        for (var type = 0; type < 200; type++)
        {
            for (var count = 0; count <= type % 20; count++)
            {
                tally.WebhookProcessed($"invoice.type_{type}", new string('z', 10_000));
            }
        }

        var figures = await fixture.Inner.Get<PaymentCounters>().ReadAsync(CancellationToken.None);

        Assert.That(figures.Webhooks.Totals.Processed.Values.Sum(), Is.EqualTo(2100), "nothing is left out of the sum");
        Assert.That(figures.Webhooks.Totals.Processed, Contains.Key("other").And.Count.EqualTo(9));
        Assert.That(JsonSerializer.SerializeToUtf8Bytes(figures, Naming), Has.Length.LessThan(1024));
    }
}
