using System.Text.Json.Serialization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

/// <summary>The whole chain's answer, with either what was reached or what stopped it.</summary>
public sealed record DeliveryAnswer
{
    public required bool Success { get; init; }

    public Guid? OrderId { get; init; }

    public CartAnswer.Contents? Cart { get; init; }

    public IReadOnlyList<QuotesAnswer.Quote>? Quotes { get; init; }

    public QuotesAnswer.Quote? Cheapest { get; init; }

    public QuotesAnswer.Quote? Fastest { get; init; }

    [JsonPropertyName("checkoutUrl")]
    public string? CheckoutUrl { get; init; }

    public string? Error { get; init; }

    public string? Code { get; init; }

    public bool? Retryable { get; init; }

    public StepDetails? Details { get; init; }

    public static DeliveryAnswer From(DeliveryFlowOutcome.Ready ready)
    {
        var quotes = QuotesAnswer.From(ready.Quotes);
        return new DeliveryAnswer
        {
            Success = true,
            OrderId = ready.Cart.OrderId,
            Cart = CartAnswer.From(ready.Cart).Cart,
            Quotes = quotes.Quotes,
            Cheapest = quotes.Cheapest,
            Fastest = quotes.Fastest,
            CheckoutUrl = ready.CheckoutUrl,
        };
    }

    public static DeliveryAnswer From(DeliveryFlowOutcome.Stopped stopped) => new()
    {
        Success = false,
        Error = stopped.Failure.Message,
        Code = CodeOf(stopped.Failure),
        Retryable = stopped.Failure.Retryable,
        Details = new StepDetails(stopped.Step),
    };

    /// <summary>The codes of older clients: a status by its class, everything else by name.</summary>
    private static string CodeOf(ProviderFailure failure) => failure.Code switch
    {
        ProviderFailureCodes.Unavailable => "NETWORK_ERROR",
        ['H', 'T', 'T', 'P', '_', '5', ..] => "UPSTREAM_5XX",
        ['H', 'T', 'T', 'P', '_', ..] => "UPSTREAM_4XX",
        var code => code,
    };

    /// <param name="Step">create_cart, get_quotes or delivery.</param>
    public sealed record StepDetails(string Step);
}
