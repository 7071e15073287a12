using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost.Configuration;

/// <summary>Settings of the local host itself. Only this host reads them; in Azure the platform decides.</summary>
internal sealed class HostSettings(IConfiguration configuration)
{
    /// <summary>SMPLAT_PORT: port of the HTTP functions, 7071 by default, 0 for a free one.</summary>
    public int Port => Number("SMPLAT_PORT", 7071, 0, 65535);

    /// <summary>SMPLAT_BIND_ADDRESS: address to listen on; null (default) for the loopback addresses.</summary>
    public IPAddress? BindAddress => configuration["SMPLAT_BIND_ADDRESS"] switch
    {
        null or "" or "localhost" => null,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw new LocalStartException($"SMPLAT_BIND_ADDRESS must be an IP address, not \"{text}\"."),
    };

    /// <summary>SMPLAT_LOCAL_TIMERS: run timer functions on their schedules; on by default.</summary>
    public bool HasTimers => Switch("SMPLAT_LOCAL_TIMERS");

    /// <summary>
    /// SMPLAT_LOCAL_SERVICES: start a Postgres and a table service where none is configured; on by default.
    /// </summary>
    public bool HasLocalServices => Switch("SMPLAT_LOCAL_SERVICES");

    /// <summary>
    /// SMPLAT_LOCAL_FOLDER: where timer occurrences are kept; <c>.local</c> of the checkout by default.
    /// </summary>
    public string Folder =>
        configuration["SMPLAT_LOCAL_FOLDER"] is { Length: > 0 } folder ? folder : RepositoryRoot.LocalFolder;

    /// <summary>
    /// SMPLAT_LOCAL_STOP_GRACE_SECONDS: how long running functions may finish after a stop, 10 by default.
    /// </summary>
    public TimeSpan StopGrace => TimeSpan.FromSeconds(Number("SMPLAT_LOCAL_STOP_GRACE_SECONDS", 10, 0, 600));

    /// <summary>WEBSITE_TIME_ZONE, else TZ: time zone of the schedules, UTC by default.</summary>
    public TimeZoneInfo TimeZone
    {
        get
        {
            var name = configuration["WEBSITE_TIME_ZONE"] is { Length: > 0 } zone ? zone : configuration["TZ"];
            if (string.IsNullOrWhiteSpace(name))
            {
                return TimeZoneInfo.Utc;
            }

            return TimeZoneInfo.TryFindSystemTimeZoneById(name.TrimStart(':'), out var found)
                ? found
                : throw new LocalStartException($"WEBSITE_TIME_ZONE or TZ names no time zone that is known here: \"{name}\".");
        }
    }

    /// <summary>Reads everything once, so that a bad value refuses the start instead of failing later.</summary>
    public void Check() => _ = (Port, BindAddress, HasTimers, HasLocalServices, StopGrace, TimeZone);

    private bool Switch(string name) => configuration[name]?.ToLowerInvariant() switch
    {
        null or "" or "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        var text => throw new LocalStartException($"{name} must be true or false, not \"{text}\"."),
    };

    private int Number(string name, int otherwise, int least, int most)
    {
        var text = configuration[name];
        if (string.IsNullOrWhiteSpace(text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw new LocalStartException($"{name} must be a whole number from {least} to {most}, not \"{text}\".");
    }
}
