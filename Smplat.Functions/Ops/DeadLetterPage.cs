using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>One given-up task: what it is, how it failed, and what operators did to it before.</summary>
public sealed class DeadLetterPage(DeadLetterOperations desk)
{
    private const string Title = "Dead letter";

    public async Task<OpsPage> ShowAsync(OpsVisit visit, string taskId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(taskId, out var id))
        {
            return OpsPage.NotFound(OpsSection.Queue, "That is no task.");
        }

        var isThere = true;
        var panel = await OpsPanel.ReadAsync(
            "Task",
            async token =>
            {
                var file = await desk.FindAsync(id, token);
                isThere = file is not null;
                return file is null ? Markup.Empty : File(file, visit);
            },
            cancellationToken,
            isWide: true);
        return isThere
            ? await OpsPage.OfAsync(Title, OpsSection.Queue, Markup.Of($"""<p class="lead"><a href="{QueuePage.Path}">All dead letters</a></p>"""), Task.FromResult(panel))
            : OpsPage.NotFound(OpsSection.Queue, "This task is not given up, or not there any more.");
    }

    private static Markup File(DeadLetterDetails file, OpsVisit visit) => Markup.Of(
        $"""
        {Facts(file.Task, visit)}
        <div class="acts">{DeadLetterForms.Replay(visit, file.Task, file.Task.TaskId)}{DeadLetterForms.Discard(visit, file.Task, file.Task.TaskId)}</div>
        <h3>Failed attempts</h3>
        {Attempts(file, visit)}
        <h3>What operators did</h3>
        {Actions(file, visit)}
        """);

    private static Markup Facts(DeadLetter task, OpsVisit visit) => OpsParts.Facts(
        ("Title", Markup.Of($"{task.Title}")),
        ("Type", OpsParts.Code(task.TaskType)),
        ("Task", OpsParts.Code(task.TaskId.ToString())),
        ("Order", Markup.Of($"{task.OrderNumber}, {task.OrderStatus} <small><code>{task.OrderId}</code></small>")),
        ("Last error", Markup.Of($"""<span class="error">{task.ErrorMessage}</span>""")),
        ("Retries", Markup.Of($"{task.RetryCount} of {task.MaxRetries}; {task.Attempt} attempts, {task.Rescues} rescues, {task.Replays} replays")),
        ("Given up", OpsText.Time(task.FailedAt, visit.Now)),
        ("Created", OpsText.Time(task.CreatedAt, visit.Now)));

    private static Markup Attempts(DeadLetterDetails file, OpsVisit visit) => OpsParts.Table(
        "Failed attempts, oldest first",
        ["Attempt", "Failed", "Then", "Error"],
        file.Attempts.Select(attempt => (Markup[])
        [
            Markup.Of($"{attempt.Attempt}"),
            OpsText.Time(attempt.FailedAt, visit.Now),
            Markup.Of($"{attempt.Outcome.Replace('_', ' ')}{(attempt.IsPermanent ? ", permanent" : "")}"),
            Markup.Of($"""<span class="error">{attempt.Error}</span>"""),
        ]),
        "No attempt was recorded.");

    private static Markup Actions(DeadLetterDetails file, OpsVisit visit) => OpsParts.Table(
        "Operators' decisions, oldest first",
        ["When", "What", "Who", "Reason", "Error before"],
        file.Actions.Select(action => (Markup[])
        [
            OpsText.Time(action.ActedAt, visit.Now),
            Markup.Of($"{action.Action}"),
            Markup.Of($"{action.Actor}"),
            Markup.Of($"{action.Reason}"),
            Markup.Of($"{action.ErrorBefore ?? OpsText.Unknown}"),
        ]),
        "Nobody has decided anything about it yet.");
}
