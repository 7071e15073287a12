using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The login form.</summary>
/// <param name="IsKeyless">No key is asked for: a local run in which none is configured.</param>
internal sealed record LoginForm(string Token, string Next, bool IsKeyless, int Hours)
{
    internal Markup Render(string? problem) => Markup.Of(
        $"""
        {Markup.Of($"""<p class="notice bad" role="alert" id="problem">{problem}</p>""").When(problem is not null)}
        <form method="post" action="/ops/login" class="login">
        {OpsForms.Hidden(OpsForms.TokenField, Token)}
        {OpsForms.Hidden("next", Next)}
        {(IsKeyless ? Open : Key(problem is not null))}
        <button class="primary">Sign in</button>
        </form>
        <p class="hint">The session lasts {Hours} h and ends with the key it was opened with.</p>
        """);

    private static Markup Open => OpsParts.Hint("No key is configured, so this local run is open. Elsewhere an operator key is asked for here.");

    // Password managers keep a key under a name, so they are given one.
    private static Markup Key(bool isWrong) => Markup.Of(
        $"""
        <input type="text" value="operator" autocomplete="username" readonly hidden>
        <p class="field"><label for="key">Operator key</label>
        <input id="key" name="key" type="password" required autofocus autocomplete="current-password" spellcheck="false"{(isWrong ? Markup.Of($""" aria-describedby="problem" aria-invalid="true" """) : Markup.Empty)}></p>
        """);
}
