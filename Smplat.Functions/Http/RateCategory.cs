namespace Smplat.Functions.Http;

/// <summary>Groups of routes that anonymous callers share a limit on.</summary>
public enum RateCategory
{
    /// <summary>100 in 60 s.</summary>
    Standard,

    /// <summary>30 in 60 s.</summary>
    Search,

    /// <summary>10 in 60 s.</summary>
    Order,

    /// <summary>20 in 60 s.</summary>
    Heavy,

    /// <summary>300 in 60 s.</summary>
    System,

    /// <summary>5 in 900 s.</summary>
    Auth,
}
