using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Guardrails;

public static class GuardrailsFeature
{
    public static IServiceCollection AddGuardrails(this IServiceCollection services)
    {
        services.AddSettings<GuardrailOptions>();
        services.AddSingleton<FollowUpStore>();
        services.AddSingleton<FollowUpQueries>();
        services.AddSingleton<FollowUpOperations>();
        services.AddSingleton<GuardrailSampleStore>();
        services.AddSingleton<ISampleData, GuardrailSample>();
        return services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<GuardrailOptions>>();
            return new SlackTarget(FollowUpOperations.SlackTargetName, () => options.CurrentValue is { SlackWebhookUrl: { } webhook } set
                ? (webhook, set.SlackChannel)
                : null);
        });
    }
}

/// <summary>Two follow-ups on a provider for local runs; adding them again changes nothing.</summary>
internal sealed class GuardrailSample(FollowUpOperations followUps, GuardrailSampleStore store) : ISampleData
{
    private const string ProviderId = "sample-growth";

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        await AddAsync(1, FollowUpAction.Pause, "Margin below the minimum on three orders.", cancellationToken);
        await AddAsync(2, FollowUpAction.Resume, "The provider corrected its prices.", cancellationToken);
        return true;
    }

    /// <summary>A provider that has follow-ups of operators too keeps its status.</summary>
    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) =>
        store.DropAsync(ProviderId, [IdOf(1), IdOf(2)], cancellationToken);

    private static Guid IdOf(int number) => new($"0198f000-0000-7000-8000-0000000f010{number}");

    private Task AddAsync(int number, string action, string notes, CancellationToken cancellationToken) => followUps.RecordAsync(
        new()
        {
            FollowUpId = IdOf(number),
            ProviderId = ProviderId,
            ProviderName = "Sample Growth",
            Action = action,
            Notes = notes,
        },
        cancellationToken);
}
