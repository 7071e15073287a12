namespace Smplat.Functions.Commerce.MealMe;

public sealed record CheckoutUrlAnswer(bool Success, string CheckoutUrl);
