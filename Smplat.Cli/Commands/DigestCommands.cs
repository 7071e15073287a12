using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Digests;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat digest</c>: sends weekly digests manually.</summary>
public sealed class DigestCommands : ICommandModule
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be sent; write nothing." };

    private static readonly Option<bool> Preview = new("--preview") { Description = "Print the first due digest; write nothing." };

    private static readonly Option<bool> Html = new("--html") { Description = "With --preview: print HTML." };

    public void AddTo(RootCommand root)
    {
        var run = new CliCommand(
            "run",
            "Let the app send this week's digest to everyone who has not received it yet.",
            "smplat digest run --dry-run",
            "smplat digest run --preview --html > digest.html",
            "smplat digest run")
        { DryRun, Preview, Html };
        AppJob.AddOptions(run);
        run.SetWork(RunAsync);
        root.Subcommands.Add(new Command("digest", "Weekly digests.") { run });
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(Preview) && !parsed.GetValue(DryRun))
        {
            return await AppJob.RunAsync(parsed, WeeklyDigestJob.Id, "weekly_digest", new Dictionary<string, int?>(), cancellationToken);
        }

        await using var services = RecoveryServices.Create(parsed);
        return parsed.GetValue(Preview)
            ? await PreviewAsync(services, parsed, cancellationToken)
            : await CountAsync(services, parsed, cancellationToken);
    }

    private static async Task<int> CountAsync(IServiceProvider services, ParseResult parsed, CancellationToken cancellationToken)
    {
        var report = await services.GetRequiredService<WeeklyDigest>().RunAsync(isManual: true, isDryRun: true, cancellationToken);
        return parsed.Show(report, string.Create(
            CultureInfo.InvariantCulture,
            $"Would enqueue {report.Enqueued} digests; {report.Empty} of {report.Readers} recipients have no content; operators' digest: {(report.OperatorDigest ? "yes" : "no")}."));
    }

    private static async Task<int> PreviewAsync(IServiceProvider services, ParseResult parsed, CancellationToken cancellationToken)
    {
        var preview = services.GetRequiredService<DigestPreview>();
        await foreach (var recipient in services.GetRequiredService<WeeklyDigest>().DueAsync(isManual: true, cancellationToken))
        {
            if (await preview.RenderAsync(recipient, cancellationToken) is { } message)
            {
                return parsed.Show(
                    new { message.Subject, message.Text, message.Html },
                    (parsed.GetValue(Html) ? message.Html : $"Subject: {message.Subject}\n\n{message.Text}")!);
            }
        }

        return parsed.Show<object?>(null, "No due digest has any content.");
    }
}
