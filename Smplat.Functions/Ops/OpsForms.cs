using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Forms of the page; each carries the token of the session.</summary>
internal static class OpsForms
{
    /// <summary>Name of the field with the token.</summary>
    internal const string TokenField = "form_token";

    internal static Markup Form(OpsVisit visit, string action, Markup content) => Markup.Of(
        $"""
        <form method="post" action="{action}">
        <input type="hidden" name="{TokenField}" value="{visit.Token}">
        {content}
        </form>
        """);

    /// <summary>One button that acts at once.</summary>
    /// <param name="what">What it acts on, for screen readers that read the button alone.</param>
    internal static Markup Button(OpsVisit visit, string action, string label, string what, Markup? fields = null) => Form(
        visit, action, Markup.Of($"""{fields ?? Markup.Empty}<button>{label}<span class="unseen"> {what}</span></button>"""));

    /// <summary>A button that opens what must be said before it acts.</summary>
    internal static Markup Disclosure(string label, string what, Markup form) => Markup.Of(
        $"""
        <details class="act">
        <summary>{label}<span class="unseen"> {what}</span></summary>
        {form}
        </details>
        """);

    /// <param name="id">Unique on the page.</param>
    /// <param name="name">Of the field.</param>
    internal static Markup Text(string id, string name, string label, int max, bool isRequired = true) => Markup.Of(
        $"""
        <p class="field"><label for="{id}">{label}</label>
        <input id="{id}" name="{name}" maxlength="{max}"{(isRequired ? Markup.Of($" required") : Markup.Empty)} autocomplete="off"></p>
        """);

    internal static Markup Select(string id, string name, string label, IEnumerable<(string Value, string Text)> options) => Markup.Of(
        $"""
        <p class="field"><label for="{id}">{label}</label>
        <select id="{id}" name="{name}">{options.Select(option => Markup.Of($"<option value=\"{option.Value}\">{option.Text}</option>"))}</select></p>
        """);

    internal static Markup Hidden(string name, string value) => Markup.Of($"""<input type="hidden" name="{name}" value="{value}">""");
}
