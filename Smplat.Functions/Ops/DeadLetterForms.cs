using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>What may be done about a dead letter; both ask for a reason.</summary>
internal static class DeadLetterForms
{
    internal static Markup Replay(OpsVisit visit, DeadLetter letter, Guid id) =>
        Act(visit, letter, id, "replay", "Replay", "Gives it a fresh start with all its retries.", "primary");

    internal static Markup Discard(OpsVisit visit, DeadLetter letter, Guid id) =>
        Act(visit, letter, id, "discard", "Discard", "Lets it go; it counts as cancelled.", "danger");

    private static Markup Act(OpsVisit visit, DeadLetter letter, Guid id, string action, string label, string what, string look) => OpsForms.Disclosure(
        label + " …",
        letter.Title,
        OpsForms.Form(
            visit,
            $"{QueuePage.Path}/{id}/{action}",
            Markup.Of(
                $"""
                {OpsParts.Hint(what)}
                {OpsForms.Text($"{action}-{id}", "reason", "Reason", 1000)}
                <button class="{look}">{label}</button>
                """)));
}
