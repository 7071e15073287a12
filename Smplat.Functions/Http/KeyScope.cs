namespace Smplat.Functions.Http;

/// <summary>What a key opens.</summary>
public enum KeyScope
{
    /// <summary>Storefront servers: CHECKOUT_API_KEY.</summary>
    Storefront,

    /// <summary>Dashboards and scrapers: METRICS_API_KEY; the checkout key opens it always.</summary>
    Metrics,

    /// <summary>Operators: OPERATOR_API_KEY, or the checkout key while there is none.</summary>
    Operator,
}
