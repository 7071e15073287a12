namespace Azure.Data.Tables;

/// <summary>A storage connection string, as far as tables go.</summary>
internal sealed record TableConnectionString(Uri Endpoint, string AccountName, byte[] AccountKey)
{
    // The account of every emulator; it is public.
    private const string EmulatorAccount = "devstoreaccount1";
    private const string EmulatorKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <exception cref="FormatException">A part is missing or is not one.</exception>
    public static TableConnectionString Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], part => part.Length == 2 ? part[1] : "", StringComparer.OrdinalIgnoreCase);
        var isEmulator = parts.GetValueOrDefault("UseDevelopmentStorage");
        return string.Equals(isEmulator, "true", StringComparison.OrdinalIgnoreCase)
            ? Emulator(parts.GetValueOrDefault("DevelopmentStorageProxyUri"))
            : Account(parts);
    }

    private static TableConnectionString Emulator(string? proxy)
    {
        var origin = proxy is null ? "http://127.0.0.1" : $"{new Uri(proxy).Scheme}://{new Uri(proxy).Host}";
        return new TableConnectionString(
            new Uri($"{origin}:10002/{EmulatorAccount}"), EmulatorAccount, Convert.FromBase64String(EmulatorKey));
    }

    private static TableConnectionString Account(Dictionary<string, string> parts)
    {
        var name = Required(parts, "AccountName");
        var endpoint = parts.GetValueOrDefault("TableEndpoint")
            ?? $"{parts.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{name}.table."
                + parts.GetValueOrDefault("EndpointSuffix", "core.windows.net");
        return new TableConnectionString(
            new Uri(endpoint.TrimEnd('/')), name, Convert.FromBase64String(Required(parts, "AccountKey")));
    }

    private static string Required(Dictionary<string, string> parts, string name) =>
        parts.TryGetValue(name, out var value) && value.Length > 0
            ? value
            : throw new FormatException($"The storage connection string has no {name}.");
}
