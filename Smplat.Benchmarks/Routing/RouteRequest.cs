using System.Text;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Routing;

/// <summary>The same order of three lines, again and again.</summary>
internal sealed class RouteRequest(string path) : IRequestTemplate
{
    public const string Body =
        """{"items":[{"id":"1","name":"Chicken Breast","quantity":2,"unit":"lbs"},{"id":"2","name":"Brown Rice","quantity":1,"unit":"bag"},{"id":"3","name":"Broccoli","quantity":3,"unit":"lbs"}],"shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"}}""";

    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: bench\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    public ReadOnlyMemory<byte> Next() => _bytes;
}
