using System.Text.Json;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>Finished work and a checkout page for a local run: badges with values, and a draft that differs from what is live.</summary>
public sealed class TrustSample(TrustSampleStore store, TrustContentIntake intake, TimeProvider clock) : ISampleData
{
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await store.LoadAsync(clock.GetUtcNow(), cancellationToken);
        await TakeAsync(SampleDocuments.Published, cancellationToken);
        await TakeAsync(SampleDocuments.Draft, cancellationToken);
    }

    /// <summary>The same way in as for messages of the content system.</summary>
    private async Task TakeAsync(string message, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(message);
        var fields = Fields.From(document.RootElement, "body");
        var command = TakeContent.Read(fields);
        fields.ThrowIfInvalid();
        await intake.TakeAsync(command, cancellationToken);
    }
}
