namespace Smplat.Tests.Commerce.Support;

/// <summary>Bodies of routing calls.</summary>
public static class Baskets
{
    public const string Address =
        """{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"}""";

    /// <summary>Three lines, six units: the fixture of the acceptance lists.</summary>
    public static string Three(string extra = "") => Of(
        """{"id":"1","name":"Chicken Breast","quantity":2,"unit":"lbs"},{"id":"2","name":"Brown Rice","quantity":1,"unit":"bag"},{"id":"3","name":"Broccoli","quantity":3,"unit":"lbs"}""",
        extra);

    /// <summary>One line, one unit: the smoke test of the runbook.</summary>
    public static string One(string extra = "") => Of("""{"id":"1","name":"Test","quantity":1,"unit":"pcs"}""", extra);

    /// <param name="extra">Further members of the body, for example <c>,"userId":"u1"</c>.</param>
    public static string Of(string items, string extra = "") =>
        $$"""{"items":[{{items}}],"shippingAddress":{{Address}}{{extra}}}""";

    public static string Optimize(string preference) => $$""","preferences":{"optimize":"{{preference}}"}""";
}
