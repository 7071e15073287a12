namespace Smplat.Functions.Commerce.MealMe;

/// <param name="Mode"><c>groceries</c> (default) or <c>restaurants</c>.</param>
public sealed record CreateMealMeCartBody(
    string ChatgptUserId, decimal Latitude, decimal Longitude, IReadOnlyList<CreateMealMeCartBody.Item> Items, string? Mode)
{
    public const string Example =
        """
        {"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"items":[{"name":"Brown Rice","qty":1}],"mode":"groceries"}
        """;

    public sealed record Item(string Name, decimal? Qty);
}
