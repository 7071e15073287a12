using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat open</c>: the app's pages in a browser.</summary>
public sealed class OpenCommands : ICommandModule
{
    private static readonly Option<bool> OnlyPrint = new("--print") { Description = "Print the address; open nothing." };

    public void AddTo(RootCommand root) => root.Subcommands.Add(new Command("open", "Open the app's pages in a browser.")
    {
        Build("ops", "Open the operators' page.", "/ops"),
        Build("docs", "Open the API reference.", "/api/docs"),
    });

    private static CliCommand Build(string name, string description, string path)
    {
        var command = new CliCommand(name, description, $"smplat open {name}", $"smplat open {name} --print")
        {
            OnlyPrint, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        command.SetWork((parsed, cancellationToken) => OpenAsync(parsed, path, cancellationToken));
        return command;
    }

    private static async Task<int> OpenAsync(ParseResult parsed, string path, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var address = new Uri(api.Origin, path).AbsoluteUri;
        if (!parsed.GetValue(OnlyPrint))
        {
            // A browser would only say that nothing answers.
            await api.GetAsync("/healthz", cancellationToken);
            TryOpen(address);
        }

        return parsed.Show(new { address }, address);
    }

    /// <summary>On a machine without a browser the printed address is what is left to use.</summary>
    private static void TryOpen(string address)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(address) { UseShellExecute = true }
            : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address]) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            Process.Start(start)?.Dispose();
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine("There is no browser to open it in; open this address yourself:");
        }
    }
}
