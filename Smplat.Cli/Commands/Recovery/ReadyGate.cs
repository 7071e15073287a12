using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli.Commands.Recovery;

/// <summary>Jobs are run again by hand only when nothing else is broken, unless the operator insists.</summary>
public static class ReadyGate
{
    public static readonly Option<bool> Force = new("--force") { Description = "Run even though readiness reports an error." };

    /// <param name="own">The component of the job itself: its error is what the run is to mend.</param>
    /// <returns>Null when the command may go on; else why not.</returns>
    public static async Task<string?> RefuseAsync(
        IServiceProvider services, ParseResult parsed, string own, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Force))
        {
            return null;
        }

        var report = await services.GetRequiredService<ReadinessCheck>().CheckAsync(cancellationToken);
        string[] broken =
        [
            .. report.Components
                .Where(component => component.Key != own && component.Value.Status == ComponentStatus.Error)
                .Select(component => $"{component.Key} ({component.Value.Detail})"),
        ];
        return broken.Length == 0 ? null : $"Readiness reports errors: {string.Join("; ", broken)}. Mend them, or use --force.";
    }
}
