using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>Walmart's affiliate API on the wire.</summary>
internal sealed class WalmartClient(VendorHttp http, WalmartSigner signer, IOptionsMonitor<WalmartOptions> options)
{
    /// <summary>The most items that one search may return.</summary>
    public const int PageSize = 25;

    public async Task<WalmartSearch> SearchAsync(string query, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(
            $"/search?query={Uri.EscapeDataString(query)}&numItems={PageSize}&start=1&responseGroup=full{Publisher()}",
            "search",
            WalmartJson.Default.WalmartSearch,
            budget,
            cancellationToken);
        return answer.Items is not null || answer is { TotalResults: 0 }
            ? answer
            : throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.WalmartApi, "no item list"));
    }

    /// <summary>Items by id, at most 20.</summary>
    public Task<WalmartSearch> FindItemsAsync(
        IReadOnlyList<string> itemIds, CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(
            $"/items?ids={Uri.EscapeDataString(string.Join(',', itemIds.Take(20)))}{Publisher()}",
            "items",
            WalmartJson.Default.WalmartSearch,
            budget,
            cancellationToken);

    public async Task<NearestStore> FindStoreAsync(
        string postalCode, CallBudget budget, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(
            $"/stores?zip={Uri.EscapeDataString(postalCode)}", "stores", WalmartJson.Default.JsonDocument, budget, cancellationToken);
        try
        {
            return WalmartMapper.ToStore(body.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.WalmartApi, "no store list"), exception);
        }
    }

    private async Task<T> GetAsync<T>(
        string path, string endpoint, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.CurrentValue.Root.ToString().TrimEnd('/') + path);
        signer.Sign(request);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        new VendorCall(ProviderId.WalmartApi, endpoint, budget).Mark(request);
        try
        {
            return await http.For(ProviderId.WalmartApi).SendAsync(request, shape, cancellationToken);
        }
        catch (ProviderFailureException refused) when (ProviderFailureCodes.IsCredentialProblem(refused.Failure.Code))
        {
            signer.Forget();
            throw;
        }
    }

    private string Publisher() =>
        options.CurrentValue.PublisherId is { Length: > 0 } id ? "&publisherId=" + Uri.EscapeDataString(id) : "";
}

/// <summary>
/// Signs calls: RSA-SHA256 with PKCS#1 padding over consumer id, time and key version, each followed by a line feed. The
/// vendor accepts a signature for 180 seconds, so one is used for many calls and renewed well before that.
/// </summary>
internal sealed class WalmartSigner(IOptionsMonitor<WalmartOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Reuse = TimeSpan.FromSeconds(100);

    private volatile Signed? _last;

    /// <exception cref="ProviderFailureException">The key cannot be read.</exception>
    public void Sign(HttpRequestMessage request)
    {
        var current = options.CurrentValue;
        var now = clock.GetUtcNow();
        var signed = _last;
        if (signed is null || !signed.IsGood(current, now))
        {
            _last = signed = Sign(current, now);
        }

        request.Headers.Add("WM_CONSUMER.ID", signed.ConsumerId);
        request.Headers.Add("WM_CONSUMER.INTIMESTAMP", signed.Time);
        request.Headers.Add("WM_SEC.KEY_VERSION", signed.KeyVersion);
        request.Headers.Add("WM_SEC.AUTH_SIGNATURE", signed.Signature);
    }

    /// <summary>Makes a new signature for the next call, after the vendor refused one.</summary>
    public void Forget() => _last = null;

    private static Signed Sign(WalmartOptions options, DateTimeOffset now)
    {
        var time = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var text = $"{options.ConsumerId}\n{time}\n{options.KeyVersion}\n";
        using var key = ReadKey(options.PrivateKey!);
        var signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new Signed(options, options.ConsumerId!, time, options.KeyVersion, Convert.ToBase64String(signature), now);
    }

    private static RSA ReadKey(string text)
    {
        var key = RSA.Create();
        try
        {
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                // App settings often carry a PEM with its line breaks written as \n.
                key.ImportFromPem(text.Replace("\\n", "\n", StringComparison.Ordinal));
            }
            else
            {
                key.ImportPkcs8PrivateKey(Convert.FromBase64String(text), out _);
            }

            return key;
        }
        catch (Exception unreadable) when (unreadable is FormatException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ProviderFailureException(
                ProviderFailure.AuthFailed(ProviderId.WalmartApi) with { Message = "WALMART_API_KEY is not a PKCS#8 key" });
        }
    }

    private sealed record Signed(
        WalmartOptions Options, string ConsumerId, string Time, string KeyVersion, string Signature, DateTimeOffset At)
    {
        public bool IsGood(WalmartOptions current, DateTimeOffset now) =>
            ReferenceEquals(Options, current) && now >= At && now - At < Reuse;
    }
}

/// <summary>Maps Walmart's items and stores to our types.</summary>
internal static class WalmartMapper
{
    /// <summary>Items without a price are left out, and so are those of marketplace sellers, which ship by parcel.</summary>
    public static IEnumerable<VendorProduct> ToProducts(WalmartSearch answer)
    {
        foreach (var item in answer.Items ?? [])
        {
            if (item is { ItemId: { } id } && VendorText.PlainOrNull(item.Name) is { } name && Cents.FromPrice(item.SalePrice) is { } cents && item.Marketplace != true)
            {
                yield return new VendorProduct(id.ToString(CultureInfo.InvariantCulture), name, cents)
                {
                    Brand = VendorText.PlainOrNull(item.BrandName),
                    Category = VendorText.PlainOrNull(item.CategoryPath),
                    SizeText = VendorText.PlainOrNull(item.Size) ?? PackSize.TextIn(name),
                    Reference = item.Upc,
                    IsInStock = item.Stock is "Available" or "Limited Supply" or "Last few items",
                    IsDeliverable = item.AvailableOnline == true,
                    MaxPacks = item.MaxItemsInOrder,
                };
            }
        }
    }

    /// <summary>The body is a list, or an object around a list: reports differ.</summary>
    public static NearestStore ToStore(JsonElement body)
    {
        var list = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("stores", out var inner) ? inner : body;
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The store answer is neither a list nor an object with one.");
        }

        var stores = list.Deserialize(WalmartJson.Default.IReadOnlyListWalmartStore) ?? [];
        return stores.FirstOrDefault(store => store?.No is not null) is { } nearest
            ? new NearestStore(
                nearest.No!.Value.ToString(CultureInfo.InvariantCulture),
                VendorText.PlainOrNull(nearest.Name) ?? "Walmart",
                VendorText.Plain($"{nearest.StreetAddress}, {nearest.City}, {nearest.StateProvCode} {nearest.Zip}"))
            : NearestStore.None;
    }
}

internal sealed record WalmartSearch(int? TotalResults, int? NumItems, IReadOnlyList<WalmartItem>? Items);

internal sealed record WalmartItem
{
    public long? ItemId { get; init; }

    public string? Name { get; init; }

    public decimal? SalePrice { get; init; }

    public string? Upc { get; init; }

    public string? CategoryPath { get; init; }

    public string? BrandName { get; init; }

    public string? Stock { get; init; }

    public bool? AvailableOnline { get; init; }

    public bool? Marketplace { get; init; }

    public string? Size { get; init; }

    public int? MaxItemsInOrder { get; init; }
}

internal sealed record WalmartStore(
    long? No, string? Name, string? StreetAddress, string? City, string? StateProvCode, string? Zip);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WalmartSearch))]
[JsonSerializable(typeof(IReadOnlyList<WalmartStore>))]
[JsonSerializable(typeof(JsonDocument))]
internal sealed partial class WalmartJson : JsonSerializerContext;
