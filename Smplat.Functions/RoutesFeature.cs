using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

public static class RoutesFeature
{
    /// <summary>Services that only the routes need: answers, the API document, the readiness of the keys.</summary>
    public static IServiceCollection AddRoutes(this IServiceCollection services) => services
        .AddSingleton<IReadinessComponent, KeysComponent>()
        .AddSingleton<CallerRights>()
        .AddSingleton<ApiCatalog>()
        .AddSingleton<ApiDocument>()
        .AddSingleton<CommerceAnswers>()
        .AddSingleton<VendorAnswers>()
        .AddSingleton<MealMeAnswers>()
        .AddSingleton<TrustPreview>();
}
