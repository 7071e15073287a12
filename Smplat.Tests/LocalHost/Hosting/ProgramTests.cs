using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.LocalHost;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>The program as a process of its own.</summary>
public sealed partial class ProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task It_lists_its_functions_serves_and_stops_on_a_signal(string signal)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Signals are sent with kill.");
        }

        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        using var program = Start(
            $"--SMPLAT_DATABASE={database.ConnectionString}", "--SMPLAT_PORT=0", "--SMPLAT_LOCAL_SERVICES=false",
            $"--SMPLAT_LOCAL_FOLDER={folder.Path}", "--SMPLAT_LOCAL_SETTINGS=sample");
        using var deadline = new CancellationTokenSource(Patience);

        var lines = new List<string>();
        while (lines.Count == 0 || !Serving().IsMatch(lines[^1]))
        {
            lines.Add(await program.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new AssertionException(string.Join('\n', lines)));
        }

        using var client = new HttpClient(new SocketsHttpHandler());
        using var answer = await client.GetAsync(new Uri($"{Serving().Match(lines[^1]).Groups[1].Value}/healthz"), deadline.Token);
        using var kill = Process.Start("kill", ["-" + signal, $"{program.Id}"]);
        await program.StandardOutput.ReadToEndAsync(deadline.Token);
        await program.WaitForExitAsync(deadline.Token);

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(program.ExitCode, Is.Zero);
        Assert.That(lines, Has.Some.Contains("/healthz"));
    }

    [Test]
    public async Task It_logs_one_object_a_line_when_it_logs_json()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        using var program = Start(
            $"--SMPLAT_DATABASE={database.ConnectionString}", "--SMPLAT_PORT=0", "--SMPLAT_LOCAL_SERVICES=false", "--LOG_FORMAT=json",
            $"--SMPLAT_LOCAL_FOLDER={folder.Path}", "--SMPLAT_LOCAL_SETTINGS=none", "--SMPLAT_ENVIRONMENT=staging");
        using var deadline = new CancellationTokenSource(Patience);

        var lines = new List<string>();
        while (lines.Count == 0 || !lines[^1].StartsWith('{'))
        {
            lines.Add(await program.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new AssertionException(string.Join('\n', lines)));
        }

        program.Kill();
        using var logged = JsonDocument.Parse(lines[^1]);
        Assert.That(logged.RootElement.GetProperty("service").GetString(), Is.EqualTo("smplat-api"));
        Assert.That(logged.RootElement.GetProperty("environment").GetString(), Is.EqualTo("staging"));
        Assert.That(logged.RootElement.GetProperty("event_id").GetInt32(), Is.Positive);
    }

    [TestCase("--SMPLAT_PORT=http", "SMPLAT_PORT must be")]
    [TestCase("--SMPLAT_LOCAL_TIMERS=perhaps", "SMPLAT_LOCAL_TIMERS must be")]
    public async Task It_refuses_a_bad_setting_with_a_sentence_and_without_a_stack_trace(string argument, string reason)
    {
        using var program = Start(argument, "--SMPLAT_LOCAL_SERVICES=false");
        using var deadline = new CancellationTokenSource(Patience);

        var output = await program.StandardError.ReadToEndAsync(deadline.Token);
        await program.WaitForExitAsync(deadline.Token);

        Assert.That(program.ExitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain(reason).And.Not.Contain("   at "));
    }

    [TestCase("--SMPLAT_BIND_ADDRESS=127.0.0.1")]
    [TestCase("--SMPLAT_BIND_ADDRESS=")]
    public async Task It_says_in_a_sentence_that_its_port_is_in_use_and_nothing_else(string bindAddress)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        using var program = Start(
            $"--SMPLAT_DATABASE={database.ConnectionString}", $"--SMPLAT_PORT={port}", bindAddress, "--SMPLAT_LOCAL_SERVICES=false",
            $"--SMPLAT_LOCAL_FOLDER={folder.Path}", "--SMPLAT_LOCAL_SETTINGS=sample");
        using var deadline = new CancellationTokenSource(Patience);
        var output = program.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = await program.StandardError.ReadToEndAsync(deadline.Token);
        await program.WaitForExitAsync(deadline.Token);

        Assert.That(program.ExitCode, Is.EqualTo(1));
        Assert.That(
            error.ReplaceLineEndings("\n"),
            Is.EqualTo($"Smplat cannot start.\nPort {port} is in use. Stop what listens there, or set another SMPLAT_PORT.\n"));
        Assert.That(await output, Does.Not.Contain("   at ").And.Not.Contain("fail:").And.Not.Contain("Exception"));
    }

    private static Process Start(params string[] arguments)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(
            RepositoryRoot.Path!, "Smplat.Functions", "bin", build.Parent!.Name, build.Name, "Smplat.Functions.dll");
        // A test run in the background of a shell ignores SIGINT, and a child would inherit that.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        var start = new ProcessStartInfo(command[0], [.. command[1..], assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^Serving on (\S+)\. ")]
    private static partial Regex Serving();
}
