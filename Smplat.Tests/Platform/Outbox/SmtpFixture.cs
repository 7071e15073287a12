using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>The gateway with the settings of a fake server; a reply may take one second.</summary>
internal static class SmtpFixture
{
    public static SmtpGateway Gateway(FakeSmtp server, Dictionary<string, string?>? settings = null)
    {
        var all = server.Settings.ToDictionary(entry => entry.Key, string? (entry) => entry.Value);
        all["SMTP_TIMEOUT_SECONDS"] = "1";
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var options = new LiveSettings<SmtpOptions>(
            new ConfigurationBuilder().AddInMemoryCollection(all).Build(),
            new SettingsProblems(),
            NullLogger<LiveSettings<SmtpOptions>>.Instance);
        return new SmtpGateway(options, TimeProvider.System);
    }

    public static async Task<DeliveryOutcome> SendAsync(
        FakeSmtp server, MailMessage mail, Dictionary<string, string?>? settings = null, BeforeSend? mark = null)
    {
        var gateway = Gateway(server, settings);
        var outcome = await gateway.SendAsync(mail, mark ?? Marked, CancellationToken.None);
        await gateway.ReleaseAsync();
        return outcome;
    }

    public static Task<bool> Marked(CancellationToken cancellationToken) => Task.FromResult(true);
}
