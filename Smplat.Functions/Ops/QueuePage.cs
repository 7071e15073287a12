using Smplat.Core.Fulfillment;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The fulfillment queue: its depth, its throughput, and its dead letters.</summary>
public sealed class QueuePage(QueueQueries queue, WorkerMetrics figures, DeadLetterOperations deadLetters)
{
    public const string Path = "/ops/queue";

    private const int MaxDeadLetters = 100;

    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken) => ShowAsync(
        request, OpsWindow.Of(request, DashboardWindow.Hour), cancellationToken);

    private Task<OpsPage> ShowAsync(OpsRequest request, DashboardWindow window, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Fulfillment queue",
        OpsSection.Queue,
        OpsWindow.Choose(Path, window, TypeOf(request) is { } type ? $"&type={type}" : ""),
        OpsPanel.ReadAsync("Now", token => DepthAsync(request, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync($"Throughput, {OpsWindow.NameOf(window)}", token => ThroughputAsync(window, token), cancellationToken),
        OpsPanel.ReadAsync("Worker", token => WorkerAsync(request, token), cancellationToken),
        OpsPanel.ReadAsync("Outcomes in total", TypesAsync, cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Dead letters", token => DeadLettersAsync(request, token), cancellationToken, isWide: true));

    private async Task<Markup> DepthAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var depth = await queue.ReadDepthAsync(cancellationToken);
        return OpsParts.Tiles(
            OpsParts.Tile("Due", OpsText.Count(depth.Due), depth.OldestDueAt is { } oldest ? $"oldest waiting for {OpsText.Span(request.Now - oldest)}" : null),
            OpsParts.Tile("Running", OpsText.Count(depth.Running)),
            OpsParts.Tile("Orphaned", OpsText.Count(depth.Orphaned), "their worker stopped", depth.Orphaned > 0 ? "warn" : ""),
            OpsParts.Tile("Later", OpsText.Count(depth.Later), "including retries"),
            OpsParts.Tile("Held", OpsText.Count(depth.Held), "until their order continues"),
            OpsParts.Tile("Dead letters", OpsText.Count(depth.DeadLetters), null, depth.DeadLetters > 0 ? "bad" : ""));
    }

    private static string? TypeOf(OpsRequest request) => FulfillmentTaskType.All.FirstOrDefault(known => known == request.Query("type"));

    private async Task<Markup> ThroughputAsync(DashboardWindow window, CancellationToken cancellationToken)
    {
        var steps = await queue.ReadThroughputAsync(window, cancellationToken);
        var per = window.Label switch { "1h" => "5 minutes", "24h" => "hour", "7d" => "6 hours", _ => "day" };
        return ColumnChart.Render(
            new("queue-throughput", $"Finished tasks per {per}", "", $"No task has finished in the {OpsWindow.NameOf(window)}. Choose a longer time range."),
            [.. steps.Select(step => OpsWindow.Place(window, step.At))],
            new ChartSeries("Completed", [.. steps.Select(step => (double?)step.Completed)]),
            new ChartSeries("Failed", [.. steps.Select(step => (double?)step.Failed)]));
    }

    private async Task<Markup> WorkerAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var health = await figures.ReadHealthAsync(cancellationToken);
        var events = (await figures.ReadObservabilityAsync(cancellationToken)).Events;
        return OpsParts.Facts(
            ("Worker", health.Running ? OpsParts.Chip("good", "running") : OpsParts.Chip("warn", "not running")),
            ("Interval", Markup.Of($"every {health.PollIntervalSeconds} s, {health.BatchSize} tasks at a time")),
            ("Last run", OpsText.Time(health.Metrics.LastRunStartedAt, request.Now)),
            ("Loop errors", Markup.Of($"{OpsText.Count(health.Metrics.LoopErrors)}")),
            ("Last failure", Markup.Of($"{events.LastFailureMessage ?? OpsText.Unknown} {OpsText.Time(events.LastFailureAt, request.Now).When(events.LastFailureAt is not null)}")),
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
            "No task has been processed yet.");
    }

    private async Task<Markup> DeadLettersAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var type = TypeOf(request);
        var letters = await deadLetters.ListAsync(new(type, null, null, null, null, MaxDeadLetters), cancellationToken);
        var links = FulfillmentTaskType.All.Select(known => (OpsText.Words(known), $"{Path}?type={known}", known == type)).Prepend(("all types", Path, type is null));
        var table = OpsParts.Table(
            $"Dead letters, newest first, at most {MaxDeadLetters}",
            ["Task", "Order", "Error", "#Attempts", "Failed", ""],
            letters.Select(letter => Row(letter, request)),
            type is null
                ? "There are no dead letters. A task whose retries are used up appears here, to be replayed or discarded."
                : "There are no dead letters of this type. Choose all types to see the others.");
        return Markup.Of($"{OpsParts.Choice("Task type", links)}{table}{Redrive(request, type).When(letters.Count > 0)}");
    }

    private static Markup[] Row(DeadLetter letter, OpsRequest request) =>
    [
        Markup.Of($"""<a href="{Path}/{letter.TaskId}">{letter.Title}</a> <small>{letter.TaskType}</small>"""),
        Markup.Of($"{OpsParts.Link($"{FindPage.Path}?id={letter.OrderId}", letter.OrderNumber)} <small>{OpsText.Words(letter.OrderStatus)}</small>"),
        Markup.Of($"""<span class="error">{letter.ErrorMessage}</span>"""),
        Markup.Of($"{letter.Attempt}"),
        OpsText.Time(letter.FailedAt, request.Now),
        Markup.Of(
            $"""<div class="acts">{DeadLetterForms.Replay(request, letter, letter.TaskId)}{DeadLetterForms.Discard(request, letter, letter.TaskId)}</div>"""),
    ];

    private static Markup Redrive(OpsRequest request, string? type) => OpsForms.Disclosure(
        type is null ? "Replay many …" : $"Replay many {type} tasks …",
        "",
        OpsForms.Form(
            request,
            $"{Path}/redrive",
            Markup.Of(
                $"""
                {OpsForms.Hidden("task_type", type ?? "").When(type is not null)}
                {OpsForms.Text("redrive-error", "error_contains", "Only tasks whose error contains (optional)", 200, isRequired: false)}
                {OpsForms.Text("redrive-limit", "limit", "At most (1 to 500; 50 if empty)", 3, isRequired: false)}
                {OpsForms.Text("redrive-reason", "reason", "Reason", 1000)}
                <button class="primary">Replay the oldest</button>
                """)));
}

/// <summary>One dead letter: its task, its failed attempts, and what operators did with it.</summary>
public sealed class DeadLetterPage(DeadLetterOperations deadLetters)
{
    private const string Title = "Dead letter";

    public async Task<OpsPage> ShowAsync(OpsRequest request, string taskId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(taskId, out var id))
        {
            return OpsPage.NotFound(OpsSection.Queue, "This is not a task id.");
        }

        var isThere = true;
        var panel = await OpsPanel.ReadAsync(
            "Task",
            async token =>
            {
                var file = await deadLetters.FindAsync(id, token);
                isThere = file is not null;
                return file is null ? Markup.Empty : File(file, request);
            },
            cancellationToken,
            isWide: true);
        return isThere
            ? await OpsPage.OfAsync(Title, OpsSection.Queue, Markup.Of($"""<p class="lead"><a href="{QueuePage.Path}">All dead letters</a></p>"""), Task.FromResult(panel))
            : OpsPage.NotFound(OpsSection.Queue, "This task is not a dead letter, or no longer exists.");
    }

    private static Markup File(DeadLetterDetails file, OpsRequest request) => Markup.Of(
        $"""
        {Facts(file.Task, request)}
        <div class="acts">{DeadLetterForms.Replay(request, file.Task, file.Task.TaskId)}{DeadLetterForms.Discard(request, file.Task, file.Task.TaskId)}</div>
        <h3>Failed attempts</h3>
        {Attempts(file, request)}
        <h3>What operators did</h3>
        {Actions(file, request)}
        """);

    private static Markup Facts(DeadLetter task, OpsRequest request) => OpsParts.Facts(
        ("Title", Markup.Of($"{task.Title}")),
        ("Type", OpsParts.Code(task.TaskType)),
        ("Task", OpsParts.Code(task.TaskId.ToString())),
        ("Order", Markup.Of($"{OpsParts.Link($"{FindPage.Path}?id={task.OrderId}", task.OrderNumber)}, {OpsText.Words(task.OrderStatus)} <small><code>{task.OrderId}</code></small>")),
        ("Last error", Markup.Of($"""<span class="error">{task.ErrorMessage}</span>""")),
        ("Retries", Markup.Of($"{task.RetryCount} of {task.MaxRetries}; {task.Attempt} attempts, {task.Rescues} rescues, {task.Replays} replays")),
        ("Failed", OpsText.Time(task.FailedAt, request.Now)),
        ("Created", OpsText.Time(task.CreatedAt, request.Now)));

    private static Markup Attempts(DeadLetterDetails file, OpsRequest request) => OpsParts.Table(
        "Failed attempts, oldest first",
        ["Attempt", "Failed", "Then", "Error"],
        file.Attempts.Select(attempt => (Markup[])
        [
            Markup.Of($"{attempt.Attempt}"),
            OpsText.Time(attempt.FailedAt, request.Now),
            Markup.Of($"{attempt.Outcome.Replace('_', ' ')}{(attempt.IsPermanent ? ", permanent" : "")}"),
            Markup.Of($"""<span class="error">{attempt.Error}</span>"""),
        ]),
        "No attempt was recorded.");

    private static Markup Actions(DeadLetterDetails file, OpsRequest request) => OpsParts.Table(
        "Decisions of operators, oldest first",
        ["When", "What", "Who", "Reason", "Error before"],
        file.Actions.Select(action => (Markup[])
        [
            OpsText.Time(action.ActedAt, request.Now),
            Markup.Of($"{action.Action}"),
            Markup.Of($"{action.Actor}"),
            Markup.Of($"{action.Reason}"),
            Markup.Of($"{action.ErrorBefore ?? OpsText.Unknown}"),
        ]),
        "No operator has acted on it yet.");
}

/// <summary>The two actions on a dead letter; both require a reason.</summary>
internal static class DeadLetterForms
{
    internal static Markup Replay(OpsRequest request, DeadLetter letter, Guid id) =>
        Act(request, letter, id, "replay", "Replay", "Starts the task again with all its retries.", "primary");

    internal static Markup Discard(OpsRequest request, DeadLetter letter, Guid id) =>
        Act(request, letter, id, "discard", "Discard", "Drops the task; it counts as cancelled.", "danger");

    private static Markup Act(OpsRequest request, DeadLetter letter, Guid id, string action, string label, string what, string look) => OpsForms.Disclosure(
        label + " …",
        letter.Title,
        OpsForms.Form(
            request,
            $"{QueuePage.Path}/{id}/{action}",
            Markup.Of(
                $"""
                {OpsParts.Hint(what)}
                {OpsForms.Text($"{action}-{id}", "reason", "Reason", 1000)}
                <button class="{look}">{label}</button>
                """)));
}

/// <summary>Replays and discards dead letters, as the API and the command line do.</summary>
public sealed class QueueActions(DeadLetterOperations deadLetters)
{
    public async Task<OpsNotice> ReplayAsync(string taskId, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.Read(HandleDeadLetter.Read);
        return Guid.TryParse(taskId, out var id)
            ? NoticeOf(await deadLetters.ReplayAsync(id, command, cancellationToken), "was replayed")
            : OpsNotice.From(new DeadLetterNotFound());
    }

    public async Task<OpsNotice> DiscardAsync(string taskId, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.Read(HandleDeadLetter.Read);
        return Guid.TryParse(taskId, out var id)
            ? NoticeOf(await deadLetters.DiscardAsync(id, command, cancellationToken), "was discarded")
            : OpsNotice.From(new DeadLetterNotFound());
    }

    public async Task<OpsNotice> RedriveAsync(OpsForm form, CancellationToken cancellationToken)
    {
        var report = await deadLetters.RedriveAsync(form.Read(RedriveDeadLetters.Read), cancellationToken);
        return OpsNotice.Good($"Replayed tasks: {OpsText.Count(report.Replayed)}. Matching tasks that remain: {OpsText.Count(report.Remaining)}.");
    }

    private static OpsNotice NoticeOf(DeadLetterOutcome outcome, string what) => outcome switch
    {
        DeadLetterOutcome.Done { Held: true } done => OpsNotice.Warn($"Task {done.TaskId} {what}, but is on hold until its order continues (the order is {done.OrderStatus})."),
        DeadLetterOutcome.Done done => OpsNotice.Good($"Task {done.TaskId} {what}; its order is {done.OrderStatus}."),
        DeadLetterOutcome.Refused refused => OpsNotice.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No notice for {outcome}."),
    };
}
