using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>What a storefront may show at the moment.</summary>
public sealed class StorefrontFunctions(StorefrontSurfaces surfaces)
{
    [Function("GetSurfaces")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("The parts of the storefront that operators have suspended", Tag = "Storefront")]
    [Answers(200, typeof(SurfaceStates), Naming.Snake)]
    public Task<IResult> GetSurfacesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/storefront/surfaces")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        request.HttpContext.Response.Headers.CacheControl =
            string.Create(CultureInfo.InvariantCulture, $"private, max-age={StorefrontSurfaces.MaxAgeSeconds}");
        return Task.FromResult(Answer.Snake(surfaces.Tell()));
    }
}
