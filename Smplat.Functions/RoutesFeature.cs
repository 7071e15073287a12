using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions;

public static class RoutesFeature
{
    /// <summary>What the function classes of the project root need beside the features of Core.</summary>
    public static IServiceCollection AddRoutes(this IServiceCollection services) => services
        .AddSingleton<IReadinessComponent, KeysComponent>()
        .AddSingleton<CommerceAnswers>()
        .AddSingleton<VendorAnswers>()
        .AddSingleton<MealMeAnswers>()
        .AddSingleton<TrustPreview>();
}
