using System.Globalization;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Reads <c>postgres://user:password@host:port/database?option=value</c>, as hosting providers hand it out and as libpq
/// defines it: every part may be percent-encoded, there may be several hosts, and options have libpq's names or Npgsql's.
/// </summary>
internal static class PostgresUri
{
    private const string DefaultHost = "localhost";

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    public static bool Is(string text) => Array.Exists(Schemes, scheme => text.TrimStart().StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="FormatException">The text is no such address, or an option is unknown; the message holds no value of it.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        var rest = text.Trim()[(text.Trim().IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = CutAfter(ref rest, '?');
        var database = CutAfter(ref rest, '/');
        var hosts = rest;
        var login = "";
        if (rest.LastIndexOf('@') is var at and >= 0)
        {
            (login, hosts) = (rest[..at], rest[(at + 1)..]);
        }

        var password = CutAfter(ref login, ':');
        var settings = new NpgsqlConnectionStringBuilder();
        PutHosts(settings, hosts);
        Put(settings, "user", Decode(login));
        Put(settings, "password", Decode(password));
        Put(settings, "dbname", Decode(database));
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = option;
            var value = CutAfter(ref name, '=');
            Put(settings, Decode(name), Decode(value));
        }

        return settings;
    }

    private static void PutHosts(NpgsqlConnectionStringBuilder settings, string hosts)
    {
        var read = hosts.Split(',').Select(Decode).Select(ReadHost).ToArray();
        if (read is [var (name, port)])
        {
            settings.Host = name.Trim('[', ']');
            if (port is { } given)
            {
                settings.Port = given;
            }
        }
        else
        {
            settings.Host = string.Join(',', read.Select(host => host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host.Name}:{port}") : host.Name));
        }
    }

    private static (string Name, int? Port) ReadHost(string host)
    {
        // The colons in the brackets of an IPv6 address belong to it.
        var colon = host.LastIndexOf(':');
        if (colon < host.LastIndexOf(']'))
        {
            colon = -1;
        }

        var name = colon < 0 ? host : host[..colon];
        var port = colon < 0 ? "" : host[(colon + 1)..];
        return (name.Length == 0 ? DefaultHost : name, port.Length == 0 ? null : ReadPort(port));
    }

    private static int ReadPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException("A port is a number from 1 to 65535.");

    private static void Put(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        try
        {
            switch (name.ToLowerInvariant())
            {
                case "host" or "hostaddr":
                    settings.Host = value;
                    break;
                case "dbname":
                    settings.Database = value;
                    break;
                case "user":
                    settings.Username = value;
                    break;
                case "sslmode":
                    settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
                    break;
                case "ssl":
                    settings.SslMode = bool.Parse(value) ? SslMode.Require : SslMode.Prefer;
                    break;
                case "sslrootcert":
                    settings.RootCertificate = value;
                    break;
                case "sslcert":
                    settings.SslCertificate = value;
                    break;
                case "sslkey":
                    settings.SslKey = value;
                    break;
                case "sslpassword":
                    settings.SslPassword = value;
                    break;
                case "connect_timeout":
                    settings["Timeout"] = value;
                    break;
                case "target_session_attrs":
                    settings["Target Session Attributes"] = value;
                    break;
                case "keepalives_idle":
                    settings["Tcp Keepalive Time"] = value;
                    break;
                case "gssencmode":
                    settings["GSS Encryption Mode"] = value;
                    break;
                default:
                    settings[name.Replace('_', ' ')] = value;
                    break;
            }
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"The option {name} or its value is not known.", refused);
        }
    }

    private static string Decode(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                throw new FormatException("A percent sign in a part must be written as %25.");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    /// <summary>Takes what stands after the first separator off the text.</summary>
    private static string CutAfter(ref string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        var after = at < 0 ? "" : text[(at + 1)..];
        text = at < 0 ? text : text[..at];
        return after;
    }
}
