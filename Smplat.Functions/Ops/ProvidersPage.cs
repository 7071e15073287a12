using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The grocery providers: health, settings, and what is left of their quotas.</summary>
public sealed class ProvidersPage(ProviderHealthCheck health, ProviderRegistry registry, VendorAudit audit, CommerceDashboards commerce, CircuitQueries circuits)
{
    private const string Path = "/ops/providers";

    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken) => ShowAsync(
        request, OpsWindow.Of(request, DashboardWindow.Hour), cancellationToken);

    private Task<OpsPage> ShowAsync(OpsRequest request, DashboardWindow window, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Providers",
        OpsSection.Providers,
        Markup.Of(
            $"""
            {OpsWindow.Choose(Path, window)}
            <p class="lead">Health is that of the instance that answered; open circuits are listed for all instances. To switch off a provider or mock its quotes, change the
            settings named in its row.</p>
            """),
        OpsPanel.ReadAsync("Health", HealthAsync, cancellationToken, isWide: true),
        OpsPanel.ReadAsync($"Quotes, {OpsWindow.NameOf(window)}", token => QuotesAsync(window, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Open circuits", token => CircuitsAsync(request, token), cancellationToken),
        OpsPanel.ReadAsync("Daily quotas", QuotasAsync, cancellationToken),
        OpsPanel.ReadAsync(
            $"Calls to vendors, {OpsWindow.NameOf(window)}", token => CallsAsync(request, window, token), cancellationToken, isWide: true));

    private async Task<Markup> HealthAsync(CancellationToken cancellationToken)
    {
        var answer = await health.CheckAsync(cancellationToken);
        var table = OpsParts.Table(
            "Providers",
            ["Provider", "Enabled", "Health", "Mode", "Circuit", "#Probe", "Settings"],
            registry.All.Select(config => Row(config, answer.Providers[config.Id.ToWire()])),
            "There are no providers.");
        var tone = answer.Status switch { "healthy" => "good", "degraded" => "warn", _ => "bad" };
        return Markup.Of($"""<p class="verdict">{OpsParts.Chip(tone, answer.Status)} across the enabled providers</p>{table}""");
    }

    private static Markup[] Row(ProviderConfig config, ProviderHealthAnswer found) =>
    [
        Markup.Of($"{ProviderName.For(config.Id)} <small>{config.Id.ToWire()}</small>"),
        found.Enabled ? OpsParts.Chip("good", "enabled") : OpsParts.Chip("off", "disabled"),
        found.Enabled ? Health(found) : Markup.Of($"{OpsText.Unknown}"),
        found.Mode == "mock" ? OpsParts.Chip("warn", "mock") : OpsParts.Chip("calm", "real"),
        OpsParts.Chip(found.Circuit switch { "closed" => "good", "open" => "bad", _ => "warn" }, found.Circuit),
        Markup.Of($"{OpsText.Millis(found.Enabled ? found.LatencyMs : null)}"),
        Markup.Of(
            $"""<code>LOOPGPT_ENABLE_{SettingName(config.Id)}</code> <code>LOOPGPT_{SettingName(config.Id)}_MOCK</code> <small>priority {config.Priority}, timeout {OpsText.Millis(config.TimeoutMs)}, retries {config.MaxRetries}</small>"""),
    ];

    private static Markup Health(ProviderHealthAnswer found) => found.Healthy
        ? OpsParts.Chip("good", "healthy")
        : Markup.Of($"""{OpsParts.Chip("bad", "unhealthy")} <span class="error">{found.Error}</span>""");

    private async Task<Markup> QuotesAsync(DashboardWindow window, CancellationToken cancellationToken)
    {
        var live = await commerce.ReadLiveAsync(window, cancellationToken);
        return OpsParts.Table(
            "Quotes by provider",
            ["Provider", "#Requests", "#Failed", "#Success", "#P50", "#P95"],
            live.Providers.Select(quotes => (Markup[])
            [
                Markup.Of($"{ProviderName.For(quotes.ProviderId)}"),
                OpsParts.Link(Of(quotes.ProviderId, null), OpsText.Count(quotes.Calls)),
                OpsParts.Link(Of(quotes.ProviderId, "provider_quote_error"), OpsText.Count(quotes.Errors)),
                quotes.SuccessRate < 0.9
                    ? OpsParts.Chip("bad", OpsText.Percent(quotes.SuccessRate))
                    : Markup.Of($"{OpsText.Percent(quotes.SuccessRate)}"),
                Markup.Of($"{OpsText.Millis(quotes.P50Ms)}"),
                Markup.Of($"{OpsText.Millis(quotes.P95Ms)}"),
            ]),
            $"No quotes were requested in the {OpsWindow.NameOf(window)}. Choose a longer time range.");

        string Of(string provider, string? name) => RequestLink.List(("window", window.Label), ("provider", provider), ("event", name));
    }

    private async Task<Markup> CircuitsAsync(OpsRequest request, CancellationToken cancellationToken) => OpsParts.Table(
        "Circuits that are not closed, on all instances",
        ["Provider", "Circuit", "Instance", "Seen"],
        (await circuits.ListAsync(cancellationToken)).Select(circuit => (Markup[])
        [
            Markup.Of($"{ProviderName.For(circuit.ProviderId)}"),
            OpsParts.Chip(circuit.Position == "open" ? "bad" : "warn", OpsText.Words(circuit.Position)),
            OpsParts.Code(circuit.Instance),
            OpsText.Time(circuit.SeenAt, request.Now),
        ]),
        "All circuits are closed. A circuit opens after five failures in a row; its provider is then not asked until a trial call succeeds.");

    private async Task<Markup> QuotasAsync(CancellationToken cancellationToken)
    {
        var report = await audit.ReadAsync(null, cancellationToken);
        return OpsParts.Table(
            "Daily quotas",
            ["Quota", "#Used", "#Limit", "Share"],
            report.Quotas.Select(use => (Markup[])
            [
                OpsParts.Code(use.Bucket),
                use.Taken is { } taken ? Markup.Of($"{OpsText.Count(taken)}") : OpsParts.Chip("warn", "unknown"),
                Markup.Of($"{OpsText.Count(use.PerDay)}"),
                use.Taken is { } known
                    ? Markup.Of($"""<meter min="0" max="{use.PerDay}" high="{use.PerDay * 9 / 10}" value="{known}">{OpsText.Percent((double)known / use.PerDay)}</meter> {OpsText.Percent((double)known / use.PerDay)}""")
                    : Markup.Of($"the table service has not answered yet"),
            ]),
            "No quota is configured.");
    }

    private async Task<Markup> CallsAsync(OpsRequest request, DashboardWindow window, CancellationToken cancellationToken)
    {
        var report = await audit.ReadAsync(request.Now - window.Length, cancellationToken);
        var table = OpsParts.Table(
            "Calls to vendors by endpoint",
            ["Provider", "Endpoint", "#Calls", "Statuses", "#Average", "Last"],
            report.Endpoints.Select(total => (Markup[])
            [
                Markup.Of($"{ProviderName.For(total.ProviderId)}"),
                OpsParts.Code(total.Endpoint),
                Markup.Of($"{OpsText.Count(total.Calls)}"),
                Markup.Of($"{string.Join(", ", total.Statuses.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {OpsText.Count(entry.Value)}"))}"),
                Markup.Of($"{OpsText.Millis(total.AverageLatencyMs)}"),
                OpsText.Time(total.LastAt, request.Now),
            ]),
            "No vendor was called. Mocked providers make no calls; choose a longer time range to see older ones.");
        return Markup.Of(
            $"""
            {Markup.Of($"""<p class="notice bad" role="alert">{OpsText.Count(report.CredentialFailures)} calls were refused because of the app's credentials. Check the keys of these vendors.</p>""").When(report.CredentialFailures > 0)}
            {table}
            """);
    }

    private static string SettingName(ProviderId id) => id switch
    {
        ProviderId.KrogerApi => "KROGER",
        ProviderId.WalmartApi => "WALMART",
        _ => id.ToWire(),
    };
}
