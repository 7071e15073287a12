using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Requests;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The search box: whatever an id belongs to, in full.</summary>
public sealed class FindPage(RecordLookup records, RequestQueries requests, IOptionsMonitor<OpsPageOptions> options)
{
    public const string Path = "/ops/find";

    public async Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        if (request.Query("id")?.Trim() is not { Length: > 0 and <= RecordLookup.MaxLength } id)
        {
            return await OpsPage.OfAsync(
                "Search",
                OpsSection.Find,
                Markup.Empty,
                OpsPanel.Of("Find a record by its id", Hint("Enter an id in the box at the top of the page."), isWide: true));
        }

        RecordMatches found = new([], []);
        var read = await OpsPanel.ReadAsync(
            "Search",
            async token =>
            {
                found = await records.FindAsync(id, token);
                if (await requests.FindAsync(id, token) is { } routed)
                {
                    found = found with { RequestIds = [.. found.RequestIds.Append(routed.RequestId).Distinct()] };
                }

                return found.IsEmpty ? Hint("Nothing has this id.") : Markup.Of($"""<p>{Summary(found)}</p>""");
            },
            cancellationToken,
            isWide: true);
        return await OpsPage.OfAsync(
            "Search",
            OpsSection.Find,
            Markup.Of($"""<p class="lead">Records with the id <code class="id">{id}</code></p>"""),
            [Task.FromResult(read), .. found.Orders.SelectMany(order => OrderPanels.Of(order, request, options.CurrentValue.TraceUrl))]);
    }

    private static Markup Summary(RecordMatches found) => Markup.Join(
        found.Orders.Select(order => Markup.Of(
                $"""<span class="match">{string.Join(" and ", order.FoundAs.Distinct())} of order <strong>{order.Order.OrderNumber}</strong></span> """))
            .Concat(found.RequestIds.Select(id => Markup.Of($"""<span class="match">request <a href="{RequestLink.To(id)}"><code>{id}</code></a></span> """))));

    private static Markup Hint(string what) => OpsParts.None(Markup.Of(
        $"""
        {what} Enter it in full: the id or number of an order, the id of a payment, its Stripe intent (pi_…) or session (cs_…), of a journey, a
        task or a checkout, of a routing request (req_…), or the reference of an order at a provider.
        """));
}

/// <summary>An order of the shop with all that hangs on it.</summary>
internal static class OrderPanels
{
    internal static IEnumerable<Task<OpsPanel>> Of(OrderRecord record, OpsRequest request, string? traceUrl)
    {
        var number = record.Order.OrderNumber;
        yield return OpsPanel.Of($"Order {number}", Order(record, request));
        yield return OpsPanel.Of($"Journey of {number}", Journey(record, request));
        yield return OpsPanel.Of($"Payments of {number}", Payments(record, request), isWide: true);
        yield return OpsPanel.Of($"Tasks of {number}", Tasks(record, request, traceUrl), isWide: true);
        yield return OpsPanel.Of($"History of {number}", Steps(record, request), isWide: true);
    }

    private static Markup Order(OrderRecord record, OpsRequest request)
    {
        var order = record.Order;
        return Markup.Of(
            $"""
            {OpsParts.Facts(
                ("Order", OpsParts.Id(order.Id.ToString())),
                ("Status", Markup.Of($"{Status(order.Status)}{(order.HoldReason is null ? "" : $" because of {order.HoldReason}")}")),
                ("Total", Markup.Of($"{OpsText.Amount(order.Total, order.Currency)}")),
                ("Customer", order.UserId is { } user ? OpsParts.Id(user.ToString()) : Markup.Of($"guest")),
                ("Created", Markup.Of($"{OpsText.Utc(order.CreatedAt)}, {OpsText.Words(order.Source)}")),
                ("Checkout", record.Checkout is { } checkout
                    ? Markup.Of($"{OpsText.Words(checkout.CurrentStage)}, {OpsText.Words(checkout.StageStatus)}; {checkout.Prompts} reminders; next {OpsText.Time(checkout.NextActionAt, request.Now)} <small>{OpsParts.Id(checkout.Id.ToString())}</small>")
                    : Markup.Of($"not tracked")))}
            {OpsParts.Table(
                "Items",
                ["Item", "#Quantity", "#Total"],
                record.Items.Select(item => (Markup[])
                [
                    Markup.Of($"{item.ProductTitle}"), Markup.Of($"{item.Quantity}"), Markup.Of($"{OpsText.Amount(item.TotalPrice, order.Currency)}"),
                ]),
                "The order has no items.")}
            """);
    }

    private static Markup Journey(OrderRecord record, OpsRequest request) => record.Journey is not { } journey
        ? OpsParts.None("No journey was started for this order.")
        : Markup.Of(
            $"""
            {OpsParts.Facts(
                ("Journey", OpsParts.Id(journey.Id.ToString())),
                ("Status", Markup.Of($"{Status(journey.Status)} {OpsText.Percent((double)journey.ProgressPercentage / 100)} done")),
                ("Next step", Markup.Of($"{journey.CurrentStep ?? OpsText.Unknown}")),
                ("Started", OpsText.Time(journey.StartedAt, request.Now)))}
            {OpsParts.Table(
                "Checklist",
                ["Task", "Status", "Due", "Done"],
                record.JourneyTasks.Select(task => (Markup[])
                [
                    Markup.Of($"{task.Title}"), Status(task.Status), OpsText.Time(task.DueAt, request.Now), OpsText.Time(task.CompletedAt, request.Now),
                ]),
                "The journey has no tasks.")}
            """);

    private static Markup Payments(OrderRecord record, OpsRequest request) => OpsParts.Table(
        "Payments, oldest first",
        ["Payment", "Status", "#Amount", "#Refunded", "At Stripe", "Created", "Problem"],
        record.Payments.Select(payment => (Markup[])
        [
            OpsParts.Id(payment.Id.ToString()),
            Status(payment.Status),
            Markup.Of($"{OpsText.Amount(payment.Amount, payment.Currency)}"),
            Markup.Of($"{OpsText.Amount(payment.RefundedAmount, payment.Currency)}"),
            Markup.Of($"{Reference(payment.ProviderReference)} {Reference(payment.ProviderSessionId == payment.ProviderReference ? null : payment.ProviderSessionId)}"),
            OpsText.Time(payment.CreatedAt, request.Now),
            Markup.Of($"""<span class="error">{(payment.IsMismatched ? "amount or currency differs from what was asked for. " : "")}{payment.FailureReason}</span>"""),
        ]),
        "No payment was started for this order.");

    private static Markup Reference(string? id) => id is null ? Markup.Empty : OpsParts.Code(id);

    private static Markup Tasks(OrderRecord record, OpsRequest request, string? traceUrl) => OpsParts.Table(
        "Tasks of the fulfillment queue",
        ["Task", "Status", "#Attempts", "Scheduled", "Done", "Error", "Trace"],
        record.Tasks.Select(task => (Markup[])
        [
            Markup.Of($"""{(task.Status == "failed" ? OpsParts.Link($"{QueuePage.Path}/{task.Id}", task.Title) : Markup.Of($"{task.Title}"))} <small>{OpsText.Words(task.TaskType)}<br><code>{task.Id}</code></small>"""),
            Status(task.Status),
            Markup.Of($"{task.Attempt}"),
            OpsText.Time(task.ScheduledAt, request.Now),
            OpsText.Time(task.CompletedAt, request.Now),
            Markup.Of($"""<span class="error">{task.ErrorMessage ?? OpsText.Unknown}</span>"""),
            task.TraceId is { } trace ? TraceLink.For(trace, traceUrl) : Markup.Of($"{OpsText.Unknown}"),
        ]),
        "The order has no tasks. They are created when it is paid.");

    private static Markup Steps(OrderRecord record, OpsRequest request) => OpsParts.Table(
        "Changes of status, oldest first",
        ["When", "From", "To", "Cause", "Who", "Reason"],
        record.Steps.Select(step => (Markup[])
        [
            OpsText.Time(step.ChangedAt, request.Now),
            Markup.Of($"{OpsText.Words(step.FromStatus)}"),
            Status(step.ToStatus),
            Markup.Of($"{OpsText.Words(step.Cause)}"),
            Markup.Of($"{step.Actor}"),
            Markup.Of($"{step.Reason ?? OpsText.Unknown}"),
        ]),
        "The status has not changed since the order was created.");

    private static Markup Status(string status) => OpsParts.Chip(
        status switch
        {
            "succeeded" or "completed" or "active" => "good",
            "failed" or "canceled" or "cancelled" or "blocked" => "bad",
            "on_hold" or "stalled" or "refunded" => "warn",
            _ => "calm",
        },
        OpsText.Words(status));
}
