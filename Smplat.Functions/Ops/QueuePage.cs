using Smplat.Core.Fulfillment;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The fulfillment queue: how full it is, how it moves, and what was given up.</summary>
public sealed class QueuePage(QueueQueries queue, FulfillmentFigures figures, DeadLetterDesk desk)
{
    public const string Path = "/ops/queue";

    private const int MostDeadLetters = 100;

    public Task<OpsPage> ShowAsync(OpsVisit visit, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Fulfillment queue",
        OpsSection.Queue,
        Markup.Empty,
        OpsPanel.ReadAsync("Now", token => DepthAsync(visit, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Throughput", ThroughputAsync, cancellationToken),
        OpsPanel.ReadAsync("Worker", token => WorkerAsync(visit, token), cancellationToken),
        OpsPanel.ReadAsync("Outcomes since counting began", TypesAsync, cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Dead letters", token => DeadLettersAsync(visit, token), cancellationToken, isWide: true));

    private async Task<Markup> DepthAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var depth = (await queue.ReadAsync(cancellationToken)).Depth;
        return OpsParts.Tiles(
            OpsParts.Tile("Due", OpsText.Count(depth.Due), depth.OldestDueAt is { } oldest ? $"oldest for {OpsText.Span(visit.Now - oldest)}" : null),
            OpsParts.Tile("Running", OpsText.Count(depth.Running)),
            OpsParts.Tile("Orphaned", OpsText.Count(depth.Orphaned), "their worker is gone", depth.Orphaned > 0 ? "warn" : ""),
            OpsParts.Tile("Later", OpsText.Count(depth.Later), "retries included"),
            OpsParts.Tile("Held", OpsText.Count(depth.Held), "until their order goes on"),
            OpsParts.Tile("Dead letters", OpsText.Count(depth.DeadLetters), null, depth.DeadLetters > 0 ? "bad" : ""));
    }

    private async Task<Markup> ThroughputAsync(CancellationToken cancellationToken)
    {
        var steps = (await queue.ReadAsync(cancellationToken)).Steps;
        return ColumnChart.Render(
            new("queue-throughput", "Tasks that ended, in 5 minutes", "", "No task has ended in the last hour."),
            [.. steps.Select(step => ChartTime.Minute(step.At))],
            new ChartSeries("Completed", [.. steps.Select(step => (double?)step.Completed)]),
            new ChartSeries("Given up", [.. steps.Select(step => (double?)step.Failed)]));
    }

    private async Task<Markup> WorkerAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var health = await figures.ReadHealthAsync(cancellationToken);
        var events = (await figures.ReadObservabilityAsync(cancellationToken)).Events;
        return OpsParts.Facts(
            ("Worker", health.Running ? OpsParts.Chip("good", "running") : OpsParts.Chip("warn", "not running")),
            ("Pace", Markup.Of($"every {health.PollIntervalSeconds} s, {health.BatchSize} tasks at a time")),
            ("Last run", OpsText.Time(health.Metrics.LastRunStartedAt, visit.Now)),
            ("Loop errors", Markup.Of($"{OpsText.Count(health.Metrics.LoopErrors)}")),
            ("Last failure", Markup.Of($"{events.LastFailureMessage ?? OpsText.Unknown} {OpsText.Time(events.LastFailureAt, visit.Now).When(events.LastFailureAt is not null)}")),
            ("Last error", Markup.Of($"{health.Metrics.LastError ?? OpsText.Unknown}")),
            ("Job", Markup.Of($"""<a href="/ops/jobs/{FulfillmentJob.Id}">{FulfillmentJob.Id}</a>""")));
    }

    private async Task<Markup> TypesAsync(CancellationToken cancellationToken)
    {
        var types = (await figures.ReadObservabilityAsync(cancellationToken)).PerTaskType;
        string[] names = [.. types.Values.SelectMany(counts => counts.Keys).Distinct().Order(StringComparer.Ordinal)];
        return OpsParts.Table(
            "Outcomes by task type",
            ["Task type", .. TaskBucket.All.Select(bucket => "#" + bucket.Replace('_', ' '))],
            names.Select(name => TaskBucket.All
                .Select(bucket => Markup.Of($"{OpsText.Count(types[bucket].GetValueOrDefault(name))}"))
                .Prepend(OpsParts.Code(name)).ToArray()),
            "No task has been worked on yet.");
    }

    private async Task<Markup> DeadLettersAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var type = FulfillmentTaskType.All.FirstOrDefault(known => known == visit.Query("type"));
        var letters = await desk.ListAsync(new(type, null, null, null, null, MostDeadLetters), cancellationToken);
        var links = FulfillmentTaskType.All.Select(known => (known, $"{Path}?type={known}", known == type)).Prepend(("all types", Path, type is null));
        var table = OpsParts.Table(
            $"Dead letters, newest first, at most {MostDeadLetters}",
            ["Task", "Order", "Error", "#Attempts", "Given up", ""],
            letters.Select(letter => Row(letter, visit)),
            type is null ? "No task was given up." : "No task of this type was given up.");
        return Markup.Of($"{OpsParts.Choice("Task type", links)}{table}{Redrive(visit, type).When(letters.Count > 0)}");
    }

    private static Markup[] Row(DeadLetter letter, OpsVisit visit) =>
    [
        Markup.Of($"""<a href="{Path}/{letter.TaskId}">{letter.Title}</a> <small>{letter.TaskType}</small>"""),
        Markup.Of($"{letter.OrderNumber} <small>{letter.OrderStatus}</small>"),
        Markup.Of($"""<span class="error">{letter.ErrorMessage}</span>"""),
        Markup.Of($"{letter.Attempt}"),
        OpsText.Time(letter.FailedAt, visit.Now),
        Markup.Of(
            $"""<div class="acts">{DeadLetterForms.Replay(visit, letter, letter.TaskId)}{DeadLetterForms.Discard(visit, letter, letter.TaskId)}</div>"""),
    ];

    private static Markup Redrive(OpsVisit visit, string? type) => OpsForms.Disclosure(
        type is null ? "Replay many …" : $"Replay many of {type} …",
        "",
        OpsForms.Form(
            visit,
            $"{Path}/redrive",
            Markup.Of(
                $"""
                {OpsForms.Hidden("task_type", type ?? "").When(type is not null)}
                {OpsForms.Text("redrive-error", "error_contains", "Only with this in the error (optional)", 200, isRequired: false)}
                {OpsForms.Text("redrive-limit", "limit", "At most (1 to 500; 50 when left empty)", 3, isRequired: false)}
                {OpsForms.Text("redrive-reason", "reason", "Reason", 1000)}
                <button class="primary">Replay the oldest</button>
                """)));
}
