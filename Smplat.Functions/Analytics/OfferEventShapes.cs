using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Analytics;

/// <summary>The bodies of both ingestion routes, for the API document.</summary>
internal static class OfferEventShapes
{
    public static InputShape Snake => OfferEventNaming.Snake.Shape;

    public static InputShape Camel => OfferEventNaming.Camel.Shape;
}
