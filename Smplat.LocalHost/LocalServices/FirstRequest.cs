namespace Smplat.LocalHost.LocalServices;

/// <summary>A request to paste into a terminal once the app runs: it routes an order over all providers.</summary>
public static class FirstRequest
{
    private const string Body =
        """{"items":[{"id":"1","name":"Test","quantity":1,"unit":"pcs"}]""" +
        ""","shippingAddress":{"street":"123 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""";

    public static string Curl(Uri address) =>
        $"curl -s -X POST {address.GetLeftPart(UriPartial.Authority)}/functions/v1/loopgpt_route_order " +
        $"-H 'Content-Type: application/json' -d '{Body}'";
}
