using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The grocery providers: health, settings, and what is left of their quotas.</summary>
public sealed class ProvidersPage(ProviderHealthCheck health, ProviderRegistry registry, VendorAudit audit, CommerceDashboards commerce)
{
    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Providers",
        OpsSection.Providers,
        Markup.Of(
            $"""
            <p class="lead">Circuit and health are those of the instance that answered. To switch off a provider or mock its quotes, change the
            settings named in its row.</p>
            """),
        OpsPanel.ReadAsync("Health", HealthAsync, cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Quotes, last hour", QuotesAsync, cancellationToken),
        OpsPanel.ReadAsync("Daily quotas", QuotasAsync, cancellationToken),
        OpsPanel.ReadAsync("Calls to vendors, last 24 hours", token => CallsAsync(request, token), cancellationToken, isWide: true));

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
        Markup.Of($"{config.Name} <small>{config.Id.ToWire()}</small>"),
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

    private async Task<Markup> QuotesAsync(CancellationToken cancellationToken)
    {
        var live = await commerce.ReadLiveAsync(cancellationToken);
        return OpsParts.Table(
            "Quotes of the last hour by provider",
            ["Provider", "#Requests", "#Success", "#P50", "#P95"],
            live.Providers.Select(quotes => (Markup[])
            [
                Markup.Of($"{quotes.ProviderId}"),
                Markup.Of($"{OpsText.Count(quotes.Calls)}"),
                quotes.SuccessRate < 0.9
                    ? OpsParts.Chip("bad", OpsText.Percent(quotes.SuccessRate))
                    : Markup.Of($"{OpsText.Percent(quotes.SuccessRate)}"),
                Markup.Of($"{OpsText.Millis(quotes.P50Ms)}"),
                Markup.Of($"{OpsText.Millis(quotes.P95Ms)}"),
            ]),
            "No quotes were requested in the last hour.");
    }

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

    private async Task<Markup> CallsAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var report = await audit.ReadAsync(null, cancellationToken);
        var table = OpsParts.Table(
            "Calls to vendors by endpoint",
            ["Provider", "Endpoint", "#Calls", "Statuses", "#Average", "Last"],
            report.Endpoints.Select(total => (Markup[])
            [
                Markup.Of($"{total.ProviderId}"),
                OpsParts.Code(total.Endpoint),
                Markup.Of($"{OpsText.Count(total.Calls)}"),
                Markup.Of($"{string.Join(", ", total.Statuses.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {OpsText.Count(entry.Value)}"))}"),
                Markup.Of($"{OpsText.Millis(total.AverageLatencyMs)}"),
                OpsText.Time(total.LastAt, request.Now),
            ]),
            "No vendor was called. Mocked providers make no calls.");
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
