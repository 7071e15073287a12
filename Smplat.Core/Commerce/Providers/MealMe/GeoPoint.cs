namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>A place on the map, in degrees. A record, so that caches can hold it.</summary>
public sealed record GeoPoint(double Latitude, double Longitude);
