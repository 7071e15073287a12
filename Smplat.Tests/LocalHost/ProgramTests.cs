using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Core.Platform.Outbox;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.Tests.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

/// <summary>The program as a separate process, with the built app as its worker.</summary>
public sealed partial class ProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task It_serves_logs_each_line_once_as_JSON_and_stops_on_SIGTERM()
    {
        NeedsLinux();
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        await using var program = new RunningProgram(App(database, folder, "--SMPLAT_LOG_FORMAT=json", "--SMPLAT_LOCAL_TIMERS=true"));
        var url = await program.ServingAsync();

        var answer = await program.GetAsync($"{url}/healthz");
        var missing = await program.GetAsync($"{url}/no/such/path");
        await program.EndAsync("TERM");

        Assert.That((answer, missing, program.ExitCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NotFound, 0)), program.Output);
        string[] logged = [.. program.Lines.Where(line => line.Contains("smplat-api", StringComparison.Ordinal))];
        Assert.That(logged, Is.Not.Empty.And.Unique);
        foreach (var line in logged)
        {
            using var json = JsonDocument.Parse(line);
            Assert.That(json.RootElement.GetProperty("service").GetString(), Is.EqualTo("smplat-api"));
        }
    }

    [TestCase("http://localhost:7071", true)]
    [TestCase("", true)]
    [TestCase("https://api.shop.example", false)]
    public async Task Links_in_mails_lead_to_the_address_that_it_serves_on_unless_another_is_set(string apiBaseUrl, bool follows)
    {
        NeedsLinux();
        await using var rig = await OutboxFixture.StartAsync(clock: new FixedClock(TimeProvider.System.GetUtcNow()));
        await rig.EnqueueAsync("order_status_update", await rig.APersonAsync(), "key-1");
        using var folder = new TimerFolder();
        await using var program = new RunningProgram(App(rig.Database, folder, $"--API_BASE_URL={apiBaseUrl}"));
        var url = await program.ServingAsync();

        var answer = await program.PostAsync($"{url}/api/v1/operators/jobs/outbox/run");
        var mail = await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(folder.Path, "outbox"), "*.eml").Single());

        Assert.That(answer, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(mail.Replace("=\r\n", "", StringComparison.Ordinal), Does.Contain($"{(follows ? url : apiBaseUrl)}/{UnsubscribeLinks.Path}/"));
    }

    [Test]
    public async Task It_survives_the_kill_of_its_worker_and_stops_on_SIGINT()
    {
        NeedsLinux();
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        await using var program = new RunningProgram(App(database, folder));
        var url = await program.ServingAsync();
        var worker = program.WorkerId();

        Send("KILL", worker);

        await program.PrintsAsync("The worker exited unexpectedly: exit code 137");
        Assert.That(await program.GetAsync($"{url}/healthz"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(program.WorkerId(), Is.Not.EqualTo(worker));
        await program.EndAsync("INT");
        Assert.That(program.ExitCode, Is.Zero, program.Output);
    }

    [Test]
    public async Task Its_worker_does_not_outlive_its_kill()
    {
        NeedsLinux();
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        await using var program = new RunningProgram(App(database, folder));
        await program.ServingAsync();
        var worker = program.WorkerId();

        Send("KILL", program.Id);

        await Eventually.BecomesTrueAsync(() => !File.Exists($"/proc/{worker}/cmdline") || File.ReadAllText($"/proc/{worker}/cmdline").Length == 0, "the worker is gone");
    }

    [TestCase("SMPLAT_PORT=http")]
    [TestCase("SMPLAT_PORT=70000")]
    [TestCase("SMPLAT_BIND_ADDRESS=everywhere")]
    [TestCase("SMPLAT_LOCAL_TIMERS=perhaps")]
    [TestCase("SMPLAT_LOCAL_STOP_GRACE_SECONDS=-1")]
    [TestCase("WEBSITE_TIME_ZONE=Mars/Olympus")]
    [TestCase("AzureFunctionsJobHost__functionTimeout=soon")]
    public async Task A_setting_that_the_host_cannot_use_is_rejected_in_one_sentence(string setting)
    {
        await using var program = new RunningProgram(
            LocalHostProgram.BuiltApp, "--SMPLAT_LOCAL_SETTINGS=none", "--SMPLAT_LOCAL_SERVICES=false", "--SMPLAT_PORT=0", $"--{setting}");

        await program.EndAsync();

        Assert.That(program.ExitCode, Is.EqualTo(1));
        Assert.That(program.Output, Does.Contain(setting.Split('=')[0]).And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_setting_that_the_app_cannot_use_is_rejected_with_the_app_s_message()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = new TimerFolder();
        await using var program = new RunningProgram(App(database, folder, "--SMPLAT_LOG_FORMAT=loud"));

        await program.EndAsync();

        Assert.That(program.ExitCode, Is.EqualTo(1));
        Assert.That(program.Output, Does.Contain("Smplat cannot start.").And.Contain("SMPLAT_LOG_FORMAT").And.Not.Contain("   at "));
    }

    [TestCase("--SMPLAT_BIND_ADDRESS=127.0.0.1")]
    [TestCase("--SMPLAT_BIND_ADDRESS=")]
    public async Task A_port_in_use_is_reported_in_one_sentence(string bindAddress)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var program = new RunningProgram(LocalHostProgram.BuiltApp, "--SMPLAT_LOCAL_SETTINGS=none", $"--SMPLAT_PORT={port}", bindAddress);

        await program.EndAsync();

        Assert.That(program.ExitCode, Is.EqualTo(1));
        Assert.That(
            program.Output,
            Is.EqualTo($"Smplat cannot start.\nPort {port} is in use. Stop the program that uses it, or set SMPLAT_PORT to another port."));
    }

    [TestCase("")]
    [TestCase("/no/such/folder")]
    public async Task It_prints_its_usage(string argument)
    {
        await using var program = new RunningProgram(argument.Length == 0 ? [] : [argument]);

        await program.EndAsync();

        Assert.That(program.ExitCode, Is.EqualTo(2));
        Assert.That(program.Output, Does.StartWith("Smplat.LocalHost FOLDER [--NAME=value ...]"));
    }

    [Test]
    public async Task It_starts_only_the_services_prints_their_settings_and_stops_on_a_signal()
    {
        NeedsLinux();
        if (await TestSettings.Tools.FindNodeModulesAsync(CancellationToken.None) is null)
        {
            TestSettings.Missing(new LocalStartException($"Azurite needs Node.js. {NodeTools.InstallHint}"));
        }

        using var folder = new TimerFolder();
        await using var program = new RunningProgram(
            "services", "--SMPLAT_LOCAL_SETTINGS=none", $"--SMPLAT_LOCAL_FOLDER={folder.Path}", "--SMPLAT_DATABASE=Host=db.example", "--AzureWebJobsStorage=");

        await program.PrintsAsync("Press Ctrl-C to stop.");
        await program.EndAsync("INT");

        Assert.That(program.ExitCode, Is.Zero, program.Output);
        Assert.That(program.Lines, Has.One.StartsWith("AzureWebJobsStorage=").And.No.Member("Serving on"));
    }

    private static string[] App(TestDatabase database, TimerFolder folder, params string[] settings) =>
    [
        LocalHostProgram.BuiltApp, $"--SMPLAT_DATABASE={database.ConnectionString}", "--SMPLAT_PORT=0", "--SMPLAT_LOCAL_SERVICES=false",
        $"--SMPLAT_LOCAL_FOLDER={folder.Path}", "--SMPLAT_LOCAL_SETTINGS=sample", "--SMPLAT_LOCAL_TIMERS=false", .. settings,
    ];

    private static void NeedsLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Signals are sent with kill, and processes are looked up in /proc.");
        }
    }

    private static void Send(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    /// <summary>The program and its output.</summary>
    private sealed partial class RunningProgram : IAsyncDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
        private readonly Process _process;
        private readonly Diary _lines = new();
        private readonly Task _reading;

        public RunningProgram(params string[] arguments)
        {
            // A test run in the background of a shell ignores SIGINT, and a child would inherit that.
            string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
            _process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], LocalHostProgram.Assembly, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        }

        public int Id => _process.Id;

        public int ExitCode => _process.ExitCode;

        public IReadOnlyList<string> Lines => _lines.Entries;

        public string Output => string.Join('\n', Lines);

        public Task PrintsAsync(string text) => Eventually.BecomesTrueAsync(
            () => Lines.Any(line => line.Contains(text, StringComparison.Ordinal)) || (_process.HasExited ? throw new AssertionException(Output) : false),
            $"the line \"{text}\"", Patience);

        /// <summary>Waits until it is serving; returns the address.</summary>
        public async Task<string> ServingAsync()
        {
            await PrintsAsync("Serving on ");
            return Serving().Match(Output).Groups[1].Value;
        }

        public async Task<HttpStatusCode> GetAsync(string address)
        {
            using var answer = await _client.GetAsync(new Uri(address));
            return answer.StatusCode;
        }

        public async Task<HttpStatusCode> PostAsync(string address)
        {
            using var answer = await _client.PostAsync(new Uri(address), new StringContent("{}"));
            return answer.StatusCode;
        }

        /// <summary>The process of the worker.</summary>
        public int WorkerId() => Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Single(id => id > 0 && IsWorker(id));

        /// <summary>Waits for its exit, after an optional signal.</summary>
        public async Task EndAsync(string? signal = null)
        {
            if (signal is not null)
            {
                Send(signal, Id);
            }

            using var deadline = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
            _client.Dispose();
        }

        private bool IsWorker(int id)
        {
            try
            {
                var parent = File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[1];
                return parent == $"{Id}" && File.ReadAllText($"/proc/{id}/cmdline").Contains("--functions-worker-id", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }

        private async Task ReadAsync(StreamReader output)
        {
            while (await output.ReadLineAsync() is { } line)
            {
                _lines.Write(line);
            }
        }

        [GeneratedRegex(@"^Serving on (\S+)\. ", RegexOptions.Multiline)]
        private static partial Regex Serving();
    }
}
